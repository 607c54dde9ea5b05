/* SPDX-License-Identifier: Apache-2.0 */
/* What is tried again, and when. Pure functions. */
#ifndef HTTP_RETRY_H
#define HTTP_RETRY_H
#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#define RETRY_FLOOR_MS 1000u /* of what a server asks for: some ask for microseconds */

bool retry_status(unsigned status);
/* attempt counts from 0; text is libcurl's message. */
bool retry_transport(CURLcode code, const char *text, unsigned attempt);
/* Full jitter below 1 s, 2 s, 4 s, ... 60 s. */
uint64_t retry_backoff(unsigned attempt, uint64_t random);
/* Retry-After: seconds or an HTTP date, never below the floor. False: neither. */
bool retry_after(const char *value, int64_t wall_seconds, uint64_t *ms);
uint64_t retry_random(void);
#endif
