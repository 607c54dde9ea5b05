/* SPDX-License-Identifier: Apache-2.0 */
/* Text from outside made harmless for HTML and XML, as content and as value of an attribute. */
#include "base/memory.h"
#include "base/text.h"
#include "report/log.h"
#include "report/render.h"
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* Line ends are references too: a CI runner reads commands at the start of a line, and XML makes
 * spaces of them in attributes. */
static const char *reference_of(const char *p) {
  switch (*p) {
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '&':
    return "&amp;";
  case '"':
    return "&quot;";
  case '\'':
    return "&#39;";
  case '\n':
    return "&#10;";
  case '\t':
    return "&#9;";
  case '\r':
    return p[1] == '\n' ? "" : "&#10;";
  case '#': /* "##[" is a command wherever it stands */
    return p[1] == '#' ? "&#35;" : NULL;
  default:
    return NULL;
  }
}

static bool is_allowed(uint32_t code) {
  return !text_is_harmful(code) && code != 0xfffe && code != 0xffff;
}

void escape_markup(struct buf *out, const char *text) {
  auto_free char *clean = log_redact(text != NULL ? text : "");
  size_t left = strlen(clean);
  const char *plain = clean, *p = clean;
  while (left > 0) {
    uint32_t code = 0;
    size_t size = text_character(p, left, &code);
    const char *instead = reference_of(p);
    if (instead == NULL && (size == 0 || !is_allowed(code)))
      instead = REPLACEMENT;
    if (size == 0)
      size = 1;
    if (instead != NULL) {
      buf_add(out, plain, (size_t)(p - plain));
      buf_text(out, instead);
      plain = p + size;
    }
    p += size;
    left -= size;
  }
  buf_add(out, plain, (size_t)(p - plain));
}
