/* SPDX-License-Identifier: Apache-2.0 */
/* Dates of the config. */
#ifndef CONFIG_VERSION_DATE_H
#define CONFIG_VERSION_DATE_H
#include <stdbool.h>
#include <stdint.h>

/* "2025-01-31" (UTC), or RFC 3339 with a time: "2025-01-31T12:00:00+01:00"; to 1970 seconds, a
 * fraction left off. False: not one. */
bool version_date_parse(const char *text, int64_t *seconds);
#endif
