/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions of the config (PCRE2), with limits: they search unanchored. */
#ifndef CONFIG_PATTERN_H
#define CONFIG_PATTERN_H
#include "base/error.h"
#include <stdbool.h>

struct pattern;
/* ARTM_E_CONFIG says what is wrong and at which character. */
int pattern_compile(const char *text, struct pattern **ret, struct error *err);
/* 0: it matches. ARTM_NO. ARTM_E_CONFIG: it ran into a limit, on this subject or because it took
 * long on too many; the message names the pattern. One thread at a time. */
int pattern_match(struct pattern *, const char *subject, struct error *err);
void pattern_free(struct pattern *);
#endif
