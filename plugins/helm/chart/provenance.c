/* SPDX-License-Identifier: Apache-2.0 */
/* Provenance files (RFC 9580, section 7, with Helm's two YAML documents in it). What is not exactly
 * the form that signers write is refused: nobody shall see other sums in it than whoever checks the
 * signature. */
#include "helm/chart/provenance.h"
#include "common/cleanup.h"
#include "common/registry_text.h"
#include "helm/chart/sums.h"
#include "helm/printable.h"
#include <stdbool.h>
#include <string.h>

#define BEGIN_MESSAGE "-----BEGIN PGP SIGNED MESSAGE-----"
#define BEGIN_SIGNATURE "-----BEGIN PGP SIGNATURE-----"
#define END_SIGNATURE "-----END PGP SIGNATURE-----"

struct lines {
  const char *at, *end;
};
struct line {
  const char *text;
  size_t length; /* without the line's end */
};

static bool next_line(struct lines *lines, struct line *ret) {
  if (lines->at == lines->end)
    return false;
  const char *end = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
  ret->text = lines->at;
  ret->length = (size_t)((end ? end : lines->end) - lines->at);
  lines->at = end ? end + 1 : lines->end;
  if (ret->length && ret->text[ret->length - 1] == '\r')
    ret->length--;
  return true;
}

static bool is_blank(struct line line) {
  for (size_t i = 0; i < line.length; i++)
    if (line.text[i] != ' ' && line.text[i] != '\t')
      return false;
  return true;
}

static bool starts(struct line line, const char *text) {
  size_t length = strlen(text);
  return line.length >= length && !memcmp(line.text, text, length);
}

/* White space at the end of a line does not count here. */
static bool is_mark(struct line line, const char *mark) {
  size_t length = strlen(mark);
  return starts(line, mark) && is_blank((struct line){line.text + length, line.length - length});
}

/* To the empty line after the headers. */
static bool skip_headers(struct lines *lines) {
  struct line line = {0};
  bool more = next_line(lines, &line);
  while (more && is_blank(line))
    more = next_line(lines, &line);
  if (!more || !is_mark(line, BEGIN_MESSAGE))
    return false;
  while (next_line(lines, &line)) {
    if (is_blank(line))
      return true;
    if (!starts(line, "Hash: "))
      return false;
  }
  return false;
}

/* Reads the signed lines and puts those of the second YAML document into sums. */
static bool read_message(struct lines *lines, char *sums) {
  struct line line;
  int document = 0;
  while (next_line(lines, &line)) {
    if (is_mark(line, BEGIN_SIGNATURE)) {
      *sums = '\0';
      return document > 0;
    }
    if (starts(line, "-")) {
      if (!starts(line, "- "))
        return false;
      line = (struct line){line.text + 2, line.length - 2};
    }
    if (line.length == 3 && starts(line, "...")) {
      document++;
    } else if (document == 1) {
      memcpy(sums, line.text, line.length);
      sums += line.length;
      *sums++ = '\n';
    }
  }
  return false;
}

static bool skip_signature(struct lines *lines) {
  struct line line;
  while (next_line(lines, &line)) {
    if (is_mark(line, END_SIGNATURE)) {
      while (next_line(lines, &line))
        if (!is_blank(line))
          return false;
      return true;
    }
    if (starts(line, "-"))
      return false;
  }
  return false;
}

char *provenance_check(const char *text, size_t size, const char *file_name, const char *digest) {
  struct lines lines = {text, text + size};
  auto_free char *sums = registry_zalloc(size + 2);
  if (memchr(text, '\0', size) || !skip_headers(&lines) || !read_message(&lines, sums) ||
      !skip_signature(&lines))
    return registry_format("it is no signed text as helm writes it");
  auto_free char *found = NULL;
  char *why = sums_find(sums, file_name, &found);
  if (why || !strcmp(found, digest))
    return why;
  auto_free char *said = printable(found), *name = printable(file_name);
  return registry_format("it says '%s' of %s, which has %s", said, name, digest);
}
