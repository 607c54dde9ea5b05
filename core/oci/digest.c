/* SPDX-License-Identifier: Apache-2.0 */
/* Digests: grammar and hashing. */
#include "oci/digest.h"
#include "base/memory.h"
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

static const struct algorithm {
  const char *prefix;
  size_t hex;
  const EVP_MD *(*evp)(void);
} algorithms[] = {{"sha256:", 64, EVP_sha256}, {"sha512:", 128, EVP_sha512}};

static const struct algorithm *algorithm_of(const char *text) {
  for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++)
    if (strncmp(text, algorithms[i].prefix, strlen(algorithms[i].prefix)) == 0)
      return &algorithms[i];
  return NULL;
}

bool digest_parse(const char *text, struct digest *ret) {
  const struct algorithm *algorithm = text != NULL ? algorithm_of(text) : NULL;
  if (algorithm == NULL)
    return false;
  const char *hex = text + strlen(algorithm->prefix);
  if (strnlen(hex, algorithm->hex + 1) != algorithm->hex ||
      strspn(hex, "0123456789abcdef") != algorithm->hex)
    return false;
  *ret = (struct digest){0};
  memcpy(ret->text, text, strlen(text));
  return true;
}

/* Two that are unset are not equal: a digest that nobody knows confirms nothing. */
bool digest_equal(const struct digest *a, const struct digest *b) {
  return digest_is_set(a) && strcmp(a->text, b->text) == 0;
}

bool digest_is_set(const struct digest *digest) {
  return digest->text[0] != '\0';
}

size_t digest_algorithm_length(const struct digest *digest) {
  return strcspn(digest->text, ":");
}

const char *digest_hex(const struct digest *digest) {
  size_t len = digest_algorithm_length(digest);
  return digest->text[len] == ':' ? digest->text + len + 1 : digest->text + len;
}

struct hasher {
  const struct algorithm *algorithm;
  EVP_MD_CTX *context;
  bool failed; /* the result is unset then, which equals no digest */
};

struct hasher *hasher_new(const struct digest *like) {
  struct hasher *hasher = mem_alloc(sizeof *hasher);
  hasher->algorithm = like != NULL ? algorithm_of(like->text) : NULL;
  if (hasher->algorithm == NULL)
    hasher->algorithm = &algorithms[0];
  hasher->context = EVP_MD_CTX_new();
  hasher->failed = hasher->context == NULL ||
                   EVP_DigestInit_ex(hasher->context, hasher->algorithm->evp(), NULL) != 1;
  return hasher;
}

void hasher_add(struct hasher *hasher, const void *data, size_t len) {
  if (!hasher->failed && EVP_DigestUpdate(hasher->context, data, len) != 1)
    hasher->failed = true;
}

struct digest hasher_result(struct hasher *hasher) {
  static const char digits[] = "0123456789abcdef";
  unsigned char raw[EVP_MAX_MD_SIZE];
  unsigned len = 0;
  struct digest digest = {0};
  if (hasher->failed || EVP_DigestFinal_ex(hasher->context, raw, &len) != 1 ||
      len * 2 != hasher->algorithm->hex)
    return digest;
  size_t at = strlen(hasher->algorithm->prefix);
  memcpy(digest.text, hasher->algorithm->prefix, at);
  for (unsigned i = 0; i < len; i++) {
    digest.text[at++] = digits[raw[i] >> 4];
    digest.text[at++] = digits[raw[i] & 15];
  }
  return digest;
}

void hasher_free(struct hasher *hasher) {
  if (hasher == NULL)
    return;
  EVP_MD_CTX_free(hasher->context);
  free(hasher);
}

struct digest digest_of(const void *data, size_t len, const struct digest *like) {
  struct hasher *hasher = hasher_new(like);
  hasher_add(hasher, data, len);
  struct digest digest = hasher_result(hasher);
  hasher_free(hasher);
  return digest;
}
