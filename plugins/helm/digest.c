/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 as a digest's text. */
#include "helm/digest.h"
#include <stdio.h>

EVP_MD_CTX *digest_begin(void) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1)
    return context;
  EVP_MD_CTX_free(context);
  return NULL;
}

bool digest_end(EVP_MD_CTX *context, char ret[DIGEST_TEXT_MAX]) {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  bool done = EVP_DigestFinal_ex(context, hash, &length) == 1;
  EVP_MD_CTX_free(context);
  int end = snprintf(ret, DIGEST_TEXT_MAX, "sha256:");
  for (unsigned i = 0; i < length; i++)
    end += snprintf(ret + end, (size_t)(DIGEST_TEXT_MAX - end), "%02x", hash[i]);
  return done;
}

bool digest_of(const void *data, size_t size, char ret[DIGEST_TEXT_MAX]) {
  EVP_MD_CTX *context = digest_begin();
  if (!context)
    return false;
  bool updated = EVP_DigestUpdate(context, data, size) == 1;
  return digest_end(context, ret) && updated;
}
