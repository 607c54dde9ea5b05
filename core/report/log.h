/* SPDX-License-Identifier: Apache-2.0 */
/* The log on stderr: one escaped and redacted line an event. The only file with a process-wide
 * variable besides main. Any thread. */
#ifndef REPORT_LOG_H
#define REPORT_LOG_H
#include "base/error.h"
#include <stdbool.h>

enum log_level { LOG_DEBUG = 1, LOG_INFO, LOG_NOTICE, LOG_WARNING, LOG_ERROR };
enum log_format { LOG_TEXT, LOG_JSON };

void log_setup(enum log_level minimum, enum log_format format, bool color);
bool log_enabled(enum log_level);
/* topic: "http", a plugin's id, a job; or NULL. */
void log_write(enum log_level, const char *topic, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* One failure with its place and hint: "where: message" and, below it, the hint. */
void log_failure(const char *topic, const struct error *);
/* From now on this text is shown as "***" wherever we print or write a report. Under 4 characters:
 * ignored. */
void log_secret(const char *secret);
/* The same for the password that stands in text as "[scheme://]user:password@host", or for the
 * whole user part of a URL without a password: it may be a token. */
void log_userinfo(const char *text);
/* The same for the query of a URL, if it is long enough for a token. */
void log_query(const char *url);
/* Replaces every registered secret in text, and what stands before the "@" of a URL's host; caller
 * frees. */
char *log_redact(const char *text);
/* Lines of several threads that belong together and are written at once, as a group that a CI
 * system folds. NULL where nobody folds: its functions take NULL and do nothing, lines go out at
 * once. */
struct log_group;
struct log_group *log_group_new(void);
/* From now on this thread's lines below ERROR go to the group; returns the one before, which is to
 * be entered again afterwards. */
struct log_group *log_group_enter(struct log_group *);
/* Writes the group under its title, if it has any line, and frees it. No thread is in it. */
void log_group_end(struct log_group *, const char *title);
/* While set, called around each line so that a progress display can clear and redraw itself. */
void log_set_display(void (*around)(void *arg, bool before), void *arg);
void log_done(void);
#endif
