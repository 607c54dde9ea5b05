/* SPDX-License-Identifier: Apache-2.0 */
/* Time: monotonic for limits, wall clock only for what people read. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H
#include <stdbool.h>
#include <stdint.h>

uint64_t clock_now_ms(void); /* monotonic */
int64_t clock_wall_ms(void); /* since 1970 UTC */
/* "2026-11-24T06:05:07.123Z". Caller frees. */
char *clock_format(int64_t wall_ms);
/* RFC 9110 HTTP-date (all three forms) to seconds since 1970. */
bool clock_parse_http_date(const char *s, int64_t *seconds);
#endif
