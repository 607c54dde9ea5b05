/* SPDX-License-Identifier: Apache-2.0 */
/* A digest over texts and files, each with its length, so that no two lists are the same bytes. */
#include "common/inputs.h"
#include "common/cleanup.h"
#include "common/registry_text.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct inputs {
  EVP_MD_CTX *whole;
};

/* libcrypto refuses SHA-256 only when there is no memory. */
static EVP_MD_CTX *begin(void) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (!context || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
    registry_zalloc(SIZE_MAX / 2); /* ends the process */
  return context;
}

struct inputs *inputs_new(void) {
  struct inputs *inputs = registry_zalloc(sizeof *inputs);
  inputs->whole = begin();
  return inputs;
}

static void add(struct inputs *inputs, const void *data, size_t size) {
  char length[32];
  snprintf(length, sizeof length, "%zu:", size);
  EVP_DigestUpdate(inputs->whole, length, strlen(length));
  EVP_DigestUpdate(inputs->whole, data, size);
}

void inputs_add(struct inputs *inputs, const char *text) {
  add(inputs, text, strlen(text));
}

bool inputs_add_file(struct inputs *inputs, const char *path) {
  auto_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0)
    return false;
  EVP_MD_CTX *context = begin();
  char data[16384];
  ssize_t got;
  while ((got = read(fd, data, sizeof data)) > 0 || (got < 0 && errno == EINTR))
    if (got > 0)
      EVP_DigestUpdate(context, data, (size_t)got);
  int problem = errno;
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_DigestFinal_ex(context, hash, &size);
  EVP_MD_CTX_free(context);
  errno = problem;
  if (got < 0)
    return false;
  add(inputs, hash, size);
  return true;
}

char *inputs_end(struct inputs *inputs) {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_DigestFinal_ex(inputs->whole, hash, &size);
  char *text = registry_zalloc(sizeof "sha256:" + 2 * (size_t)size);
  int at = snprintf(text, sizeof "sha256:", "sha256:");
  for (unsigned i = 0; i < size; i++)
    at += snprintf(text + at, 3, "%02x", hash[i]);
  inputs_free(inputs);
  return text;
}

void inputs_free(struct inputs *inputs) {
  if (!inputs)
    return;
  EVP_MD_CTX_free(inputs->whole);
  free(inputs);
}
