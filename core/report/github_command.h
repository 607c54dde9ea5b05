/* SPDX-License-Identifier: Apache-2.0 */
/* Workflow commands: lines "::name property=value::data" that GitHub's runner obeys. */
#ifndef REPORT_GITHUB_COMMAND_H
#define REPORT_GITHUB_COMMAND_H
#include "base/buf.h"

/* Adds text as data of a command: what would end its line is written as the runner reads it. */
void github_command_data(struct buf *out, const char *text);
/* A whole annotation on a line of its own. level: "warning", "error", "notice"; title: our own, of
 * letters and spaces. The message is redacted, escaped, and cut at GitHub's limit. */
void github_annotation(struct buf *out, const char *level, const char *title, const char *message);
#endif
