/* SPDX-License-Identifier: Apache-2.0 */
/* Digests (image-spec, descriptor.md). Only digest_parse makes one from outside text, so that no
 * path or URL is ever built from anything else. */
#ifndef OCI_DIGEST_H
#define OCI_DIGEST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_TEXT_MAX 136 /* "sha512:" + 128 + NUL */
struct digest {
  char text[DIGEST_TEXT_MAX]; /* "sha256:<64 lower-case hex>" or "sha512:<128>"; "": none */
};

/* False unless text is a well-formed digest of an algorithm we know. */
bool digest_parse(const char *text, struct digest *ret);
bool digest_equal(const struct digest *a, const struct digest *b);
bool digest_is_set(const struct digest *);
/* "sha256" part and hex part. */
size_t digest_algorithm_length(const struct digest *);
const char *digest_hex(const struct digest *);
/* Of bytes; algorithm of like, sha256 if like is NULL or unset. */
struct digest digest_of(const void *data, size_t len, const struct digest *like);

/* Incremental (EVP). */
struct hasher;
struct hasher *hasher_new(const struct digest *like);
void hasher_add(struct hasher *, const void *data, size_t len);
struct digest hasher_result(struct hasher *); /* further adds are not allowed */
void hasher_free(struct hasher *);            /* NULL is fine */
#endif
