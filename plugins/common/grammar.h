/* SPDX-License-Identifier: Apache-2.0 */
/* Grammar of digests, tags and repository names (distribution-spec, "Pulling manifests"), and of
 * media types. */
#ifndef COMMON_GRAMMAR_H
#define COMMON_GRAMMAR_H
#include <stdbool.h>
#include <stddef.h>

#define DIGEST_TEXT_MAX 136 /* "sha512:", 128 hex digits, NUL */

bool is_digest(const char *text);          /* sha256 or sha512 with lower-case hex */
bool is_tag(const char *text);             /* [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127} */
bool is_repository_name(const char *text); /* lower-case components with "/" between */
bool is_media_type(const char *text);      /* what a list of artefacts may name as a type */
#endif
