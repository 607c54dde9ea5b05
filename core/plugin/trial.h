/* SPDX-License-Identifier: Apache-2.0 */
/* A step with foreign code, tried in a child process first. */
#ifndef PLUGIN_TRIAL_H
#define PLUGIN_TRIAL_H
#include "base/error.h"

/* Runs step(arg) in a child made by fork, so only while the process has one thread. What it answers
 * or changes is lost; that it returns is all that counts. ARTM_E_CONFIG: it died, left the process,
 * or took longer than 10 s. doing: "loading", for the message. */
int trial_run(void (*step)(void *arg), void *arg, const char *doing, struct error *err);
#endif
