/* SPDX-License-Identifier: Apache-2.0 */
/* Why a call of the program failed, by what it wrote to stderr. */
#include "common/cleanup.h"
#include "common/registry_text.h"
#include "trivy/command.h"
#include <stdio.h>
#include <string.h>

#define TEXT_MAX 600

/* The host escapes what is no plain text; ends of lines and tabs are needed again. */
static char *with_lines(const char *tail) {
  char *text = registry_copy(tail ? tail : "", strlen(tail ? tail : ""));
  char *to = text;
  for (const char *at = text; *at;) {
    bool tab = strncmp(at, "\\x09", 4) == 0;
    if (tab || strncmp(at, "\\x0a", 4) == 0) {
      *to++ = tab ? '\t' : '\n';
      at += 4;
    } else {
      *to++ = *at++;
    }
  }
  *to = '\0';
  return text;
}

static const char *last_of(const char *text, const char *word) {
  const char *found = NULL;
  for (const char *at = text; (at = strstr(at, word)); at++)
    found = at;
  return found;
}

static const char *last_line(char *text) {
  size_t length = strlen(text);
  while (length && strchr(" \t\n", text[length - 1]))
    text[--length] = '\0';
  const char *line = strrchr(text, '\n');
  return line ? line + 1 : text;
}

static const char *without(const char *text, const char *start) {
  text += strspn(text, " \t\n");
  return strncmp(text, start, strlen(start)) == 0 ? text + strlen(start) : text;
}

/* What it said last: all of a fatal error, which may have many lines, else one line. */
static const char *find_reason(char *text) {
  const char *fatal = last_of(text, "FATAL");
  if (!fatal)
    fatal = last_of(text, "run error:");
  if (!fatal)
    return last_line(text);
  fatal = without(fatal, "FATAL");
  fatal = without(fatal, "Fatal error");
  return without(fatal, "run error:");
}

/* One line of it, not too long. */
static void flatten(const char *text, char ret[TEXT_MAX]) {
  size_t used = 0;
  text += strspn(text, " \t\n");
  while (*text && used < TEXT_MAX - 8) {
    size_t blanks = strspn(text, " \t\n");
    if (!blanks) {
      ret[used++] = *text++;
      continue;
    }
    bool line = memchr(text, '\n', blanks);
    text += blanks;
    if (*text && line && ret[used - 1] != ':' && ret[used - 1] != ';')
      ret[used++] = ';';
    if (*text)
      ret[used++] = ' ';
  }
  if (*text) {
    while (used && ((unsigned char)ret[used - 1] & 0xc0) == 0x80)
      used--; /* no half of a character */
    used -= used && (unsigned char)ret[used - 1] >= 0xc0;
    memcpy(ret + used, "...", 3);
    used += 3;
  }
  ret[used] = '\0';
}

static const struct {
  const char *text;
  int32_t code;
  const char *hint;
} reasons[] = {
    {"--skip-db-update cannot be specified on the first run", ARTM_E_NOT_FOUND,
     "the vulnerability database is missing: run once without skip_db_update and offline, or let "
     "cache_dir name a folder that has it"},
    {"--skip-java-db-update", ARTM_E_NOT_FOUND,
     "the index of Java archives is missing: run once without skip_db_update and offline, or let "
     "cache_dir name a folder that has it"},
    {"old schema version", ARTM_E_LOCAL, "let the database be fetched again"},
    {"Trivy version is old", ARTM_E_UNSUPPORTED, "install a newer Trivy"},
    {"unknown flag", ARTM_E_UNSUPPORTED, "this Trivy is too old: install a newer one"},
    {"cache may be in use", ARTM_E_LOCAL, "another Trivy has the cache: give each a cache_dir"},
    {"no space left on device", ARTM_E_LOCAL, "images are unpacked in TMPDIR: make room there"},
    {"TOOMANYREQUESTS", ARTM_E_RATE_LIMIT,
     "the registry limits how often it is asked: log in there, or wait; for the database, "
     "db_repository can name another one"},
    {"UNAUTHORIZED", ARTM_E_AUTH, "give credentials of that registry in the configuration"},
    {"DENIED", ARTM_E_DENIED, "give credentials that may read there in the configuration"},
    {"MANIFEST_UNKNOWN", ARTM_E_NOT_FOUND, NULL},
    {"NAME_UNKNOWN", ARTM_E_NOT_FOUND, NULL},
    {"x509: ", ARTM_E_NETWORK, "the certificate is not trusted: name its CA in the configuration"},
    {"HTTP response to HTTPS client", ARTM_E_NETWORK,
     "allow plain http for that registry in the configuration, if that is meant"},
    {"invalid token", ARTM_E_AUTH, "server_token must be what the server was started with"},
    {"dial tcp", ARTM_E_NETWORK, NULL},
    {"i/o timeout", ARTM_E_NETWORK, NULL},
    {"connection reset", ARTM_E_NETWORK, NULL},
    {"unexpected EOF", ARTM_E_NETWORK, NULL},
    {"deadline exceeded", ARTM_E_NETWORK, NULL},
};

static void classify(const char *text, struct failure *failure) {
  failure->code = ARTM_E_LOCAL;
  failure->hint = NULL;
  for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
    if (strstr(text, reasons[i].text)) {
      failure->code = reasons[i].code;
      failure->hint = reasons[i].hint;
      break;
    }
  failure->cache_is_busy = strstr(text, "cache may be in use");
  failure->needs_java = strstr(text, "--skip-java-db-update") && strstr(text, "first run");
}

void failure_read(const struct artm_command_result *result, struct failure *ret) {
  *ret = (struct failure){.code = ARTM_E_LOCAL};
  auto_free char *text = with_lines(result->stderr_tail);
  if (result->exit_code < 0) {
    snprintf(ret->message, sizeof ret->message, "%s was ended by signal %u", PROGRAM,
             result->signal);
    if (result->signal == 9)
      ret->hint = "the system ends programs that take too much memory";
    return;
  }
  char reason[TEXT_MAX];
  const char *found = find_reason(text);
  flatten(found, reason);
  classify(found, ret);
  if (*reason)
    snprintf(ret->message, sizeof ret->message, "%s failed: %s", PROGRAM, reason);
  else
    snprintf(ret->message, sizeof ret->message, "%s failed with exit code %d and no message",
             PROGRAM, result->exit_code);
}
