/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates: the config, what a plugin offers, the environment, certs.d, the system. */
#include "http/tls.h"
#include "base/fs.h"
#include "http/send.h"
#include "report/log.h"
#include <stdlib.h>
#include <string.h>

#define CERTIFICATE_MAX (1024 * 1024)

struct tls_files {
  char *ca, *cert, *key;
};

static void files_done(struct tls_files *files) {
  free(files->ca);
  free(files->cert);
  free(files->key);
}
#define auto_files __attribute__((cleanup(files_done))) struct tls_files

/* The CA of a registry also counts where it leads, in addition to the system's. */
static struct tls_files configured(struct http_client *client, const struct url *url,
                                   const struct registry *registry) {
  struct tls_files files = {0};
  const struct registry_settings *own = registry_settings_of(client, url);
  pthread_mutex_lock(&client->lock);
  const struct identity *identity = identity_find(client, url->origin);
  if (own && own->ca)
    files.ca = str_copy(own->ca);
  else if (identity && identity->ca)
    files.ca = str_copy(identity->ca);
  else if (registry && registry->settings && registry->settings->ca)
    files.ca = str_copy(registry->settings->ca);
  if (own && own->cert) {
    files.cert = str_copy(own->cert);
    files.key = str_copy(own->key ? own->key : own->cert);
  } else if (identity && identity->cert) {
    files.cert = str_copy(identity->cert);
    files.key = str_copy(identity->key ? identity->key : identity->cert);
  }
  pthread_mutex_unlock(&client->lock);
  return files;
}

char *tls_key(struct http_client *client, const struct url *url, const struct registry *registry) {
  if (!url->tls)
    return str_copy("");
  auto_files files = configured(client, url, registry);
  return str_format("%s\n%s", files.ca ? files.ca : "", files.cert ? files.cert : "");
}

/* Takes *.crt as CAs and NAME.cert with NAME.key as our own certificate. */
static bool read_folder(const char *folder, struct certificates *found) {
  auto_strings names = {0};
  auto_error ignored = {0};
  if (fs_list(folder, &names, &ignored))
    return false;
  for (size_t i = 0; i < names.count; i++) {
    auto_free char *path = fs_join(folder, names.items[i]);
    if (text_ends(path, ".crt")) {
      auto_buf one = {0};
      auto_error problem = {0};
      if (fs_read(path, CERTIFICATE_MAX, &one, &problem)) {
        log_write(LOG_WARNING, "http", "%s", problem.message);
        continue;
      }
      if (!found->ca.len)
        found->ca_file = str_copy(path);
      else
        free(take(found->ca_file));
      buf_add(&found->ca, one.data, one.len);
      buf_text(&found->ca, "\n");
    } else if (text_ends(path, ".cert") && !found->cert) {
      auto_free char *stem = str_copy_n(path, strlen(path) - strlen(".cert"));
      found->cert = str_copy(path);
      found->key = str_format("%s.key", stem);
    }
  }
  return found->ca.len || found->cert;
}

static struct certificates read_certs_d(const char *authority) {
  const char *home = getenv("HOME"), *config = getenv("XDG_CONFIG_HOME");
  auto_free char *own = config && *config ? str_format("%s/containers/certs.d", config)
                        : home && *home   ? str_format("%s/.config/containers/certs.d", home)
                                          : NULL;
  const char *const places[] = {own, "/etc/containers/certs.d", "/etc/docker/certs.d"};
  struct certificates found = {.read = true};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    if (!places[i])
      continue;
    auto_free char *folder = fs_join(places[i], authority);
    if (read_folder(folder, &found)) {
      log_write(LOG_DEBUG, "http", "certificates of %s from %s", authority, folder);
      break;
    }
  }
  return found;
}

/* Read once a run and origin; what it returns does not change any more. */
static const struct certificates *certificates_of(struct http_client *client, struct origin *origin,
                                                  const struct url *url) {
  pthread_mutex_lock(&client->lock);
  if (!origin->certificates.read)
    origin->certificates = read_certs_d(url->authority);
  pthread_mutex_unlock(&client->lock);
  return &origin->certificates;
}

static const char *variable(const char *name) {
  const char *value = getenv(name);
  return value && *value ? value : NULL;
}

const char *http_registry_ca(struct http_client *client, const char *name) {
  const struct registry *registry = registry_get(client, name);
  auto_url home = {0};
  auto_error ignored = {0};
  if (registry->settings && registry->settings->ca)
    return registry->settings->ca;
  if (variable("SSL_CERT_FILE") || variable("SSL_CERT_DIR"))
    return NULL;
  if (variable("CURL_CA_BUNDLE"))
    return variable("CURL_CA_BUNDLE");
  if (registry_home(client, registry, &home, &ignored) || !home.tls)
    return NULL;
  const struct certificates *local = certificates_of(client, origin_get(client, &home), &home);
  if (local->ca.len && !local->ca_file)
    log_write(LOG_DEBUG, "http", "certs.d has several CA files for %s: tools are told of none",
              name);
  return local->ca_file;
}

static int need_file(struct artm_call *call, const char *path, const char *what) {
  if (fs_exists(path))
    return 0;
  call_fail(call, ARTM_E_CONFIG, "%s '%s' does not exist", what, path);
  return ARTM_E_CONFIG;
}

/* The config's or a plugin's CA; SSL_CERT_FILE, SSL_CERT_DIR, CURL_CA_BUNDLE; certs.d. */
static struct anchors choose_anchors(const struct tls_files *files,
                                     const struct certificates *local) {
  if (files->ca)
    return (struct anchors){.file = files->ca};
  const char *file = variable("SSL_CERT_FILE"), *folder = variable("SSL_CERT_DIR");
  if (!file)
    file = variable("CURL_CA_BUNDLE");
  if (file || folder)
    return (struct anchors){.file = file, .folder = folder};
  return (struct anchors){.pem = local->ca.len ? &local->ca : NULL};
}

static int use_client_certificate(struct artm_call *call, CURL *easy, const char *cert,
                                  const char *key) {
  int rc = need_file(call, cert, "the client certificate");
  if (rc == 0)
    rc = need_file(call, key, "the client certificate's key");
  if (rc)
    return rc;
  curl_easy_setopt(easy, CURLOPT_SSLCERT, cert);
  curl_easy_setopt(easy, CURLOPT_SSLKEY, key);
  curl_easy_setopt(easy, CURLOPT_KEYPASSWD, ""); /* else OpenSSL asks at the terminal */
  return 0;
}

int tls_setup(struct http_client *client, struct artm_call *call, CURL *easy, struct origin *origin,
              const struct url *url, const struct registry *registry) {
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!url->tls)
    return 0;
  auto_files files = configured(client, url, registry);
  int rc = files.ca ? need_file(call, files.ca, "the CA file") : 0;
  if (rc)
    return rc;
  const struct certificates *local = certificates_of(client, origin, url);
  struct anchors anchors = choose_anchors(&files, local);
  anchors_use(&client->anchors, easy, &anchors);
  if (files.cert)
    return use_client_certificate(call, easy, files.cert, files.key);
  return local->cert ? use_client_certificate(call, easy, local->cert, local->key) : 0;
}
