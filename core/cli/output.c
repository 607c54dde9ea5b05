/* SPDX-License-Identifier: Apache-2.0 */
/* Data on standard output. */
#include "base/fs.h"
#include "cli/app.h"
#include "report/log.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

void app_print(struct app *app, const void *data, size_t len) {
  if (app->output_failed || fd_write_all(STDOUT_FILENO, data, len) == 0)
    return;
  int failure = errno;
  if (failure == EPIPE)
    return; /* whoever reads has seen enough */
  app->output_failed = true;
  log_write(LOG_ERROR, NULL, "standard output: %s", strerror(failure));
}
