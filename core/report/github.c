/* SPDX-License-Identifier: Apache-2.0 */
/* What GitHub Actions tells a step, and what it is told. */
#include "report/github.h"
#include "base/buf.h"
#include "base/fs.h"
#include "base/memory.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static bool is_on(const char *variable) {
  const char *value = getenv(variable);
  return value != NULL && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
}

bool github_debug(void) {
  return is_on("RUNNER_DEBUG") || is_on("ACTIONS_STEP_DEBUG") || is_on("ACTIONS_RUNNER_DEBUG");
}

/* A value of several lines stands between delimiters that nobody can guess. */
static int add_lines(struct buf *out, const char *name, const char *value, struct error *err) {
  unsigned char random[16];
  auto_buf delimiter = {0};
  if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
    return error_set(err, ARTM_E_LOCAL, "no random bytes: %s", strerror(errno));
  buf_text(&delimiter, "artmirror_");
  for (size_t i = 0; i < sizeof random; i++)
    buf_printf(&delimiter, "%02x", random[i]);
  buf_printf(out, "%s<<%s\n%s\n%s\n", name, delimiter.data, value, delimiter.data);
  return 0;
}

int github_output(const char *name, const char *value, struct error *err) {
  const char *path = getenv("GITHUB_OUTPUT");
  auto_buf text = {0};
  if (path == NULL || *path == '\0') {
    error_set(err, ARTM_E_CONFIG, "GITHUB_OUTPUT is not set");
    return error_hint(err, "it is set in a step of GitHub Actions; elsewhere use --format json");
  }
  if (strpbrk(value, "\r\n") == NULL)
    buf_printf(&text, "%s=%s\n", name, value);
  else if (add_lines(&text, name, value, err) != 0)
    return err->code;
  auto_fd fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0 || fd_write_all(fd, text.data, text.len) != 0)
    return error_set(err, ARTM_E_LOCAL, "can't write GITHUB_OUTPUT (%s): %s", path,
                     strerror(errno));
  return 0;
}
