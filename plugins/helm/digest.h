/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 as a digest's text. */
#ifndef PLUGINS_HELM_DIGEST_H
#define PLUGINS_HELM_DIGEST_H
#include "common/grammar.h"
#include <openssl/evp.h>

/* Of what comes piece by piece: digest_begin, EVP_DigestUpdate, digest_end, which frees it. */
EVP_MD_CTX *digest_begin(void); /* NULL: libcrypto refuses */
/* *ret gets "sha256:...". False: libcrypto refuses. */
bool digest_end(EVP_MD_CTX *, char ret[DIGEST_TEXT_MAX]);
bool digest_of(const void *data, size_t size, char ret[DIGEST_TEXT_MAX]);
#endif
