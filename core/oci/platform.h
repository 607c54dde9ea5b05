/* SPDX-License-Identifier: Apache-2.0 */
/* Platforms: "os/architecture[/variant]" (image-spec, image-index.md "platform"). */
#ifndef OCI_PLATFORM_H
#define OCI_PLATFORM_H
#include <stdbool.h>
#include <stddef.h>

struct platform {
  char os[32], architecture[32], variant[16]; /* "": none */
};
/* False if text is no platform (lower-case words of [a-z0-9_.-], two or three). */
bool platform_parse(const char *text, struct platform *ret);
/* Does what the user wants cover what is there? linux/arm64 covers arm64 and arm64/v8; linux/arm
 * every variant; linux/amd64 only amd64 without variant or v1; else equal. */
bool platform_covers(const struct platform *wanted, const struct platform *present);
/* "linux/arm64/v8", NUL-terminated, into 96 bytes. */
void platform_format(const struct platform *, char out[96]);
/* The architectures that Go and therefore most images name (image-spec refers to its GOARCH). */
const char *const *platform_architectures(size_t *count);
bool platform_is_unknown(const struct platform *); /* unknown/unknown: attestations */
#endif
