/* SPDX-License-Identifier: Apache-2.0 */
/* Trust anchors, parsed once a run. */
#include "http/anchors.h"
#include "base/memory.h"
#include "base/text.h"
#include "oci/digest.h"
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

void anchor_cache_init(struct anchor_cache *cache) {
  pthread_mutex_init(&cache->lock, NULL);
}

void anchor_cache_done(struct anchor_cache *cache) {
  for (size_t i = 0; i < cache->stores.count; i++)
    X509_STORE_free(cache->stores.items[i].value);
  map_done(&cache->stores);
  pthread_mutex_destroy(&cache->lock);
}

/* libcurl does TLS by the OpenSSL that we are linked with. */
static bool is_openssl(void) {
  const curl_version_info_data *version = curl_version_info(CURLVERSION_NOW);
  return version->ssl_version && text_starts(version->ssl_version, "OpenSSL/3");
}

static bool add_pem(X509_STORE *store, const struct buf *pem) {
  BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->len);
  bool any = false;
  X509 *certificate;
  while (bio && (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
    any |= X509_STORE_add_cert(store, certificate) == 1;
    X509_free(certificate);
  }
  BIO_free(bio);
  return any;
}

/* may_lack: no file was named, and a machine without the system's trusts nobody. */
/* OpenSSL works out each certificate's extensions when they are first needed: better now than by
 * several threads at once. */
static void work_out(X509_STORE *store) {
  const STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(store);
  for (int i = 0; i < sk_X509_OBJECT_num(objects); i++) {
    X509 *certificate = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i));
    if (certificate)
      X509_check_purpose(certificate, -1, 0);
  }
}

static X509_STORE *read_store(const struct anchors *anchors, bool may_lack) {
  X509_STORE *store = X509_STORE_new();
  if (!store)
    return NULL;
  bool whole = anchors->pem    ? add_pem(store, anchors->pem)
               : anchors->file ? X509_STORE_load_file(store, anchors->file) == 1 || may_lack
                               : true;
  if (anchors->folder && *anchors->folder)
    whole &= X509_STORE_load_path(store, anchors->folder) == 1;
  /* As libcurl sets its own: an intermediate that is listed may be trusted for itself. */
  X509_STORE_set_flags(store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
  work_out(store);
  ERR_clear_error();
  if (whole)
    return store;
  X509_STORE_free(store);
  return NULL;
}

static char *cache_key(const struct anchors *anchors) {
  struct digest pem = {0};
  if (anchors->pem)
    pem = digest_of(anchors->pem->data, anchors->pem->len, NULL);
  return str_format("%s\n%s\n%s", pem.text, anchors->file ? anchors->file : "",
                    anchors->folder ? anchors->folder : "");
}

static X509_STORE *get_store(struct anchor_cache *cache, const struct anchors *anchors,
                             bool may_lack) {
  auto_free char *key = cache_key(anchors);
  pthread_mutex_lock(&cache->lock);
  X509_STORE *store = map_get(&cache->stores, key);
  if (!store && (store = read_store(anchors, may_lack)) != NULL)
    map_put(&cache->stores, key, store);
  pthread_mutex_unlock(&cache->lock);
  return store;
}

static CURLcode give_store(CURL *easy, void *context, void *arg) {
  (void)easy;
  SSL_CTX_set1_cert_store(context, arg);
  return CURLE_OK;
}

/* What libcurl was built with where nothing else was said. */
static void fill_in(CURL *easy, struct anchors *anchors) {
  char *text = NULL;
  if (!anchors->file && !anchors->pem &&
      curl_easy_getinfo(easy, CURLINFO_CAINFO, &text) == CURLE_OK)
    anchors->file = text;
  if (!anchors->folder && curl_easy_getinfo(easy, CURLINFO_CAPATH, &text) == CURLE_OK)
    anchors->folder = text;
}

static void leave_to_curl(CURL *easy, const struct anchors *anchors) {
  if (anchors->pem) {
    struct curl_blob blob = {anchors->pem->data, anchors->pem->len, CURL_BLOB_COPY};
    curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
  } else if (anchors->file) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, anchors->file);
  }
  if (anchors->folder)
    curl_easy_setopt(easy, CURLOPT_CAPATH, anchors->folder);
}

void anchors_use(struct anchor_cache *cache, CURL *easy, const struct anchors *wanted) {
  struct anchors anchors = *wanted;
  fill_in(easy, &anchors);
  X509_STORE *store = is_openssl() ? get_store(cache, &anchors, !wanted->file) : NULL;
  if (!store || curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, give_store) != CURLE_OK) {
    leave_to_curl(easy, wanted);
    return;
  }
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, store);
  curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
  curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
}
