/* SPDX-License-Identifier: Apache-2.0 */
/* Source helm, through its table: charts of a repository folder, and of registries by a script. */
#include "unit/registry_driver.h"

#include "unit/chart_archive.h"
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>

#define CHART "apiVersion: v2\nname: demo\nversion: 1.2.3\n"
/* What helm makes of it. */
#define CONFIG "{\"name\":\"demo\",\"version\":\"1.2.3\",\"apiVersion\":\"v2\"}"
#define CONFIG_DIGEST "sha256:7597bdf45acac4d699b58a71ff4311043111bc1ac038e4aa946dc6e3a7a1d2ce"
#define CONFIG_TYPE "application/vnd.cncf.helm.config.v1+json"
#define CHART_TYPE "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
#define PROVENANCE_TYPE "application/vnd.cncf.helm.chart.provenance.v1.prov"

static const struct artm_source *source;
static void *self;
static struct artm_call call;
static char folder[64], repo_url[80];
static char named_by[128]; /* of the last request */

static int32_t host_temp_file(struct artm_call *in, int32_t *fd) {
  (void)in;
  *fd = memfd_create("temp", MFD_CLOEXEC);
  return *fd < 0 ? ARTM_E_LOCAL : 0;
}
static int32_t host_cancelled(struct artm_call *in) {
  (void)in;
  return 0;
}
static int32_t host_sleep(struct artm_call *in, uint64_t ms) {
  (void)in, (void)ms;
  return 0;
}
static int32_t noting_send(const struct artm_http *table, struct artm_call *in,
                           const struct artm_http_request *request,
                           struct artm_http_response **ret) {
  snprintf(named_by, sizeof named_by, "%s", request->named_by ? request->named_by : "");
  struct artm_http_request whole = *request; /* the script's host insists on both */
  whole.scope = whole.scope ? whole.scope : "";
  whole.registry = whole.registry ? whole.registry : "";
  return driver_send(table, in, &whole, ret);
}
static struct artm_http http;
static const void *host_extension(const struct artm_host *host, const char *id) {
  (void)host;
  return strcmp(id, ARTM_HTTP_ID) ? NULL : &http;
}
static struct artm_host host;

static void write_file(const char *name, const void *data, size_t size) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, data, size), size);
  close(fd);
}

static char archive[4096];
static size_t archive_size;
static char archive_digest[80];

static void hash(const void *data, size_t size, char ret[80]) {
  unsigned char bytes[32];
  assert_int_equal(EVP_Digest(data, size, bytes, NULL, EVP_sha256(), NULL), 1);
  int end = snprintf(ret, 80, "sha256:");
  for (size_t i = 0; i < sizeof bytes; i++)
    end += snprintf(ret + end, (size_t)(80 - end), "%02x", bytes[i]);
}

/* Puts an archive with this Chart.yaml there. */
static void publish(const char *chart) {
  struct tar tar = tar_new();
  tar_add(&tar, "demo/Chart.yaml", chart);
  tar_zeros(&tar, 1024);
  int fd = pack(&tar);
  ssize_t size = pread(fd, archive, sizeof archive, 0);
  close(fd);
  assert_in_range(size, 1, sizeof archive - 1);
  archive_size = (size_t)size;
  hash(archive, archive_size, archive_digest);
  write_file("demo-1.2.3.tgz", archive, archive_size);
}

/* An index with one chart. digest: NULL for none. */
static void write_index(const char *version, const char *digest, const char *urls) {
  char text[2048];
  int length = snprintf(text, sizeof text,
                        "apiVersion: v1\nentries:\n  demo:\n  - name: demo\n    apiVersion: v2\n"
                        "    version: %s\n%s%s%s    urls: [%s]\n",
                        version, digest ? "    digest: " : "", digest ? digest : "",
                        digest ? "\n" : "", urls);
  write_file("index.yaml", text, (size_t)length);
}

#define SIGNED "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nname: demo\n...\nfiles:\n  "
#define SIGNATURE "-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n"
static char provenance[1024];

static void sign(const char *file, const char *digest) {
  int length = snprintf(provenance, sizeof provenance, SIGNED "%s: %s\n" SIGNATURE, file, digest);
  write_file("demo-1.2.3.tgz.prov", provenance, (size_t)length);
}

static void start(void) {
  assert_int_equal(source->create(&host, &call, &(struct artm_config){0}, &self), 0);
}

static int setup(void **state) {
  script_setup(state);
  http = driver_http;
  http.send = noting_send;
  host = driver_host;
  host.temp_file = host_temp_file;
  host.cancelled = host_cancelled;
  host.sleep = host_sleep;
  host.extension = host_extension;
  source = driver_plugin("helm")->source;
  snprintf(folder, sizeof folder, "/tmp/artmirror-helm-XXXXXX");
  if (!mkdtemp(folder))
    return -1;
  snprintf(repo_url, sizeof repo_url, "file://%s", folder);
  unsetenv("HELM_REPOSITORY_CONFIG");
  unsetenv("HELM_REGISTRY_CONFIG");
  publish(CHART);
  write_index("1.2.3", archive_digest, "demo-1.2.3.tgz");
  start();
  return 0;
}
static int teardown(void **state) {
  (void)state;
  char command[128];
  source->destroy(self);
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

static struct artm_config entry_of(const char *url, const char *policy) {
  return (struct artm_config){
      {"name", "demo", "repo_url", url, policy ? "provenance" : NULL, policy, NULL}};
}

static int32_t open_at(const struct artm_config *entry, const char *version, const char *pin,
                       struct artm_artefact **ret) {
  const struct artm_version wanted = {
      .struct_size = sizeof wanted, .version = version, .digest = pin};
  call = (struct artm_call){0};
  return source->open(self, &call, entry, &wanted, ret);
}

/* Opens version 1.2.3 and learns that it is deferred. */
static struct artm_artefact *resolved(const char *policy, const char *pin) {
  struct artm_config entry = entry_of(repo_url, policy);
  struct artm_artefact *artefact = NULL;
  struct found found = FOUND;
  assert_int_equal(open_at(&entry, "1.2.3", pin, &artefact), 0);
  int32_t answer = source->resolve(artefact, &call, &found.sink);
  if (answer != ARTM_DEFERRED)
    fail_msg("%s", call.message);
  assert_int_equal(found.count, 0);
  return artefact;
}

static int32_t matches(struct artm_artefact *artefact, const char *text) {
  const struct artm_descriptor there = {.struct_size = sizeof there,
                                        .size = strlen(text),
                                        .media_type = OCI_MANIFEST,
                                        .digest = OTHER,
                                        .data = text};
  return source->matches(artefact, &call, &there);
}

/* A manifest of somebody else's, at the target. */
static const char *other_manifest(const char *config, const char *layer, const char *digest,
                                  bool has_provenance) {
  static char text[2048];
  snprintf(text, sizeof text,
           "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"%s\",\"digest\":\"" DIGEST
           "\",\"size\":3},\"layers\":[%s{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":4}],"
           "\"annotations\":{\"org.opencontainers.image.created\":\"2024-01-02T03:04:05Z\"}}",
           config,
           has_provenance ? "{\"mediaType\":\"" PROVENANCE_TYPE "\",\"digest\":\"" DIGEST
                            "\",\"size\":5},"
                          : "",
           layer, digest);
  return text;
}

static void declares_itself(void **state) {
  static const char *const names[] = {"name", "repo_name", "repo_url", "versions", "provenance"};
  (void)state;
  assert_int_equal(source->fields_count, 5);
  assert_int_equal(source->fields_stride, sizeof(struct artm_field));
  for (size_t i = 0; i < 5; i++) {
    assert_string_equal(source->fields[i].name, names[i]);
    assert_int_equal((source->fields[i].flags & ARTM_FIELD_MATRIX) != 0, i < 4);
    assert_int_equal((source->fields[i].flags & ARTM_FIELD_REQUIRED) != 0, i < 4);
  }
  assert_int_equal(source->caps, ARTM_SOURCE_DATES | ARTM_SOURCE_DEFERRED);
  assert_int_equal(source->on_change, ARTM_ON_CHANGE_KEEP);
  assert_string_equal(source->destination, "{repo_name}/{name}:{version}");
  source->destroy(NULL);
}

static void the_index_is_enough_to_compare(void **state) {
  (void)state;
  char path[128];
  snprintf(path, sizeof path, "%s/demo-1.2.3.tgz", folder);
  assert_int_equal(unlink(path), 0); /* whoever downloads fails */
  struct artm_artefact *artefact = resolved(NULL, NULL);
  assert_non_null(strstr(artefact->reference, "#demo@1.2.3"));
  assert_null(artefact->repository);
  const char *same = archive_digest;
  assert_int_equal(matches(artefact, other_manifest(CONFIG_TYPE, CHART_TYPE, same, false)), 0);
  assert_int_equal(matches(artefact, other_manifest(CONFIG_TYPE, CHART_TYPE, same, true)), 0);
  assert_int_equal(
      matches(artefact, other_manifest(CONFIG_TYPE, "application/tar+gzip", same, false)), 0);
  assert_int_equal(matches(artefact, other_manifest(CONFIG_TYPE, CHART_TYPE, OTHER, false)),
                   ARTM_NO);
  assert_int_equal(matches(artefact, other_manifest("application/x", CHART_TYPE, same, false)),
                   ARTM_NO);
  assert_int_equal(matches(artefact, other_manifest(CONFIG_TYPE, "application/x", same, false)),
                   ARTM_NO);
  assert_int_equal(matches(artefact, "{"), ARTM_NO);
  assert_int_equal(matches(artefact, "[]"), ARTM_NO);
  assert_int_equal(matches(artefact, "{\"layers\":[1,{}],\"config\":[]}"), ARTM_NO);
  struct found found = FOUND;
  assert_int_equal(source->fetch(artefact, &call, &found.sink), ARTM_E_NOT_FOUND);
  assert_non_null(strstr(call.message, "demo-1.2.3.tgz"));
  assert_int_equal(source->manifest(artefact, &call, DIGEST, &found.sink), ARTM_NO);
  source->close(artefact);
  artefact = resolved("require", NULL);
  assert_int_equal(matches(artefact, other_manifest(CONFIG_TYPE, CHART_TYPE, same, false)),
                   ARTM_NO);
  assert_int_equal(matches(artefact, other_manifest(CONFIG_TYPE, CHART_TYPE, same, true)), 0);
  source->close(artefact);
}

static void without_a_digest_the_archive_tells(void **state) {
  (void)state;
  write_index("1.2.3", NULL, "demo-1.2.3.tgz");
  struct artm_artefact *artefact = resolved(NULL, NULL);
  const char *same = other_manifest(CONFIG_TYPE, CHART_TYPE, archive_digest, false);
  assert_int_equal(matches(artefact, same), ARTM_DEFERRED);
  struct found found = FOUND;
  assert_int_equal(source->fetch(artefact, &call, &found.sink), 0);
  assert_int_equal(matches(artefact, same), 0);
  assert_int_equal(matches(artefact, other_manifest(CONFIG_TYPE, CHART_TYPE, OTHER, false)),
                   ARTM_NO);
  source->close(artefact);
}

static void reads_blob(struct artm_artefact *artefact, const char *digest, const char *content,
                       size_t size) {
  const struct artm_descriptor blob = {.struct_size = sizeof blob, .size = size, .digest = digest};
  char got[4096];
  struct artm_stream *streams[2];
  assert_int_equal(source->open_blob(artefact, &call, &blob, 0, &streams[0]), 0);
  assert_int_equal(source->open_blob(artefact, &call, &blob, size / 2, &streams[1]), 0);
  size_t have[2] = {0, size / 2};
  bool more = true;
  while (more) {
    more = false;
    for (size_t i = 0; i < 2; i++) {
      int64_t part = streams[i]->read(streams[i], &call, got, 7);
      assert_in_range(part, 0, 7);
      assert_memory_equal(got, content + have[i], (size_t)part);
      have[i] += (size_t)part;
      more |= part > 0;
    }
  }
  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(have[i], size);
    streams[i]->close(streams[i]);
  }
  assert_int_equal(source->open_blob(artefact, &call, &blob, size + 1, &streams[0]),
                   ARTM_E_INTERNAL);
}

static void becomes_what_helm_pushes(void **state) {
  char root[80], signature[80], wanted[2048];
  (void)state;
  sign("demo-1.2.3.tgz", archive_digest);
  hash(provenance, strlen(provenance), signature);
  bool first = strcmp(archive_digest, signature) < 0;
  char layers[2][300];
  snprintf(layers[!first], sizeof layers[0],
           "{\"mediaType\":\"" CHART_TYPE "\",\"digest\":\"%s\",\"size\":%zu}", archive_digest,
           archive_size);
  snprintf(layers[first], sizeof layers[0],
           "{\"mediaType\":\"" PROVENANCE_TYPE "\",\"digest\":\"%s\",\"size\":%zu}", signature,
           strlen(provenance));
  snprintf(wanted, sizeof wanted,
           "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"" CONFIG_TYPE
           "\",\"digest\":\"" CONFIG_DIGEST "\",\"size\":%zu},\"layers\":[%s,%s],\"annotations\":{"
           "\"org.opencontainers.image.title\":\"demo\",\"org.opencontainers.image.version\":"
           "\"1.2.3\"}}",
           strlen(CONFIG), layers[0], layers[1]);
  hash(wanted, strlen(wanted), root);
  struct artm_artefact *artefact = resolved("require", NULL);
  for (int i = 0; i < 2; i++) {
    struct found found = FOUND;
    int32_t answer = i ? source->manifest(artefact, &call, root, &found.sink)
                       : source->fetch(artefact, &call, &found.sink);
    if (answer)
      fail_msg("%s", call.message);
    assert_int_equal(found.count, 1);
    assert_string_equal(found.data, wanted);
    assert_string_equal(found.digest, root);
    assert_string_equal(found.media_type, OCI_MANIFEST);
  }
  struct found none = FOUND;
  assert_int_equal(source->manifest(artefact, &call, "1.2.3", &none.sink), ARTM_NO);
  assert_int_equal(source->manifest(artefact, &call, CONFIG_DIGEST, &none.sink), ARTM_NO);
  assert_int_equal(source->referrers(artefact, &call, root, &none.sink), 0);
  assert_int_equal(none.count, 0);
  reads_blob(artefact, CONFIG_DIGEST, CONFIG, strlen(CONFIG));
  reads_blob(artefact, archive_digest, archive, archive_size);
  reads_blob(artefact, signature, provenance, strlen(provenance));
  struct artm_stream *stream;
  const struct artm_descriptor other = {.struct_size = sizeof other, .digest = OTHER};
  assert_int_equal(source->open_blob(artefact, &call, &other, 0, &stream), ARTM_E_NOT_FOUND);
  source->close(artefact);
}

/* Fetches under a policy and pin; the answer, found filled. */
static int32_t fetch(const char *policy, const char *pin, struct found *found) {
  struct artm_artefact *artefact = resolved(policy, pin);
  *found = FOUND;
  int32_t answer = source->fetch(artefact, &call, &found->sink);
  assert_int_equal(found->count, answer == 0);
  source->close(artefact);
  return answer;
}

static void fetch_fails(const char *policy, int32_t code, const char *message) {
  struct found found;
  assert_int_equal(fetch(policy, NULL, &found), code);
  if (!strstr(call.message, message))
    fail_msg("'%s' does not say '%s'", call.message, message);
}

static void provenance_is_as_wanted(void **state) {
  struct found found;
  (void)state;
  assert_int_equal(fetch("auto", NULL, &found), 0);
  assert_null(strstr(found.data, PROVENANCE_TYPE));
  fetch_fails("require", ARTM_E_POLICY, "no provenance file");
  write_file("demo-1.2.3.tgz.prov", "<html>sorry</html>", 18); /* with status 200 */
  assert_int_equal(fetch("auto", NULL, &found), 0);
  assert_null(strstr(found.data, PROVENANCE_TYPE));
  fetch_fails("require", ARTM_E_POLICY, "no provenance file");
  sign("demo-1.2.3.tgz", OTHER);
  fetch_fails("auto", ARTM_E_DIGEST, OTHER);
  fetch_fails("require", ARTM_E_DIGEST, OTHER);
  assert_int_equal(fetch("never", NULL, &found), 0);
  assert_null(strstr(found.data, PROVENANCE_TYPE));
  sign("demo-1.2.4.tgz", archive_digest);
  fetch_fails("auto", ARTM_E_DIGEST, "names no file demo-1.2.3.tgz");
  sign("demo-1.2.3.tgz", archive_digest);
  assert_int_equal(fetch(NULL, NULL, &found), 0);
  assert_non_null(strstr(found.data, PROVENANCE_TYPE));
}

/* The index is read anew by a new instance only. */
static void again(const char *version, const char *digest, const char *urls) {
  source->destroy(self);
  write_index(version, digest, urls);
  start();
}

static void refuses_other_content(void **state) {
  (void)state;
  again("1.2.3", OTHER, "demo-1.2.3.tgz");
  fetch_fails(NULL, ARTM_E_DIGEST, OTHER);
  assert_non_null(strstr(call.message, archive_digest));
  assert_non_null(strstr(call.message, "demo-1.2.3.tgz"));
  publish("apiVersion: v2\nname: other\nversion: 1.2.3\n");
  again("1.2.3", NULL, "demo-1.2.3.tgz");
  fetch_fails(NULL, ARTM_E_DIGEST, "holds the chart 'other' instead");
  publish("apiVersion: v2\nname: demo\nversion: 1.2.4\n");
  fetch_fails(NULL, ARTM_E_DIGEST, "holds version '1.2.4' instead");
  publish("apiVersion: v2\nname: demo\nversion: 1.2.3+b\n");
  fetch_fails(NULL, ARTM_E_DIGEST, "holds version '1.2.3+b' instead");
  publish("apiVersion: v2\nname: demo\nversion: [1.2.3]\n");
  fetch_fails(NULL, ARTM_E_DIGEST, "Chart.yaml");
  publish("apiVersion: v2\nname: demo\n");
  fetch_fails(NULL, ARTM_E_DIGEST, "version");
  write_file("demo-1.2.3.tgz", "<html>", 6);
  fetch_fails(NULL, ARTM_E_DIGEST, "does not begin as gzip");
  publish("apiVersion: v2\nname: demo\nversion: v1.2.3\n"); /* helm takes it */
  struct found found;
  assert_int_equal(fetch(NULL, NULL, &found), 0);
}

static void tries_every_address(void **state) {
  struct found found;
  (void)state;
  write_file("longer.tgz", CONFIG CONFIG CONFIG CONFIG CONFIG CONFIG CONFIG CONFIG CONFIG,
             9 * strlen(CONFIG));
  again("1.2.3", archive_digest, "gone.tgz, longer.tgz, demo-1.2.3.tgz");
  assert_int_equal(fetch(NULL, NULL, &found), 0);
  assert_non_null(strstr(found.data, archive_digest));
  again("1.2.3", archive_digest, "gone.tgz, longer.tgz, oci://x/y");
  fetch_fails(NULL, ARTM_E_DIGEST, "none of the index's 2 addresses of the chart works");
  assert_non_null(strstr(call.message, "gone.tgz: not there"));
  assert_non_null(strstr(call.message, "longer.tgz: wrong content"));
}

static void pins_are_of_archive_or_manifest(void **state) {
  struct found found;
  char root[160];
  (void)state;
  assert_int_equal(fetch(NULL, archive_digest, &found), 0);
  snprintf(root, sizeof root, "%s", found.digest);
  assert_int_equal(fetch(NULL, root, &found), 0);
  assert_int_equal(fetch(NULL, OTHER, &found), ARTM_E_DIGEST);
  assert_non_null(strstr(call.message, archive_digest));
  const char *same = other_manifest(CONFIG_TYPE, CHART_TYPE, archive_digest, false);
  struct artm_artefact *artefact = resolved(NULL, archive_digest);
  assert_int_equal(matches(artefact, same), 0);
  source->close(artefact);
  artefact = resolved(NULL, OTHER); /* only fetch can tell that the pin is wrong */
  assert_int_equal(matches(artefact, same), ARTM_DEFERRED);
  source->close(artefact);
  struct artm_config entry = entry_of(repo_url, NULL);
  assert_int_equal(open_at(&entry, NULL, DIGEST, &artefact), ARTM_E_CONFIG);
  assert_int_equal(open_at(&entry, DIGEST, NULL, &artefact), ARTM_E_CONFIG);
  assert_int_equal(open_at(&entry, "1/2", NULL, &artefact), ARTM_E_CONFIG);
  assert_int_equal(open_at(&entry, "1", "x", &artefact), ARTM_E_CONFIG);
}

static void what_is_not_there(void **state) {
  struct artm_config entry = entry_of(repo_url, NULL);
  struct artm_artefact *artefact = NULL;
  struct tags tags = TAGS;
  (void)state;
  assert_int_equal(open_at(&entry, "9.9.9", NULL, &artefact), ARTM_E_NOT_FOUND);
  assert_non_null(strstr(call.message, "9.9.9"));
  assert_int_equal(source->list_versions(self, &call, &entry, &tags.sink), 0);
  assert_string_equal(tags.text, "1.2.3 ");
  const struct artm_config *entries[] = {&entry};
  assert_int_equal(source->begin(self, &call, entries, 1), 0);
}

#define REGISTRY "//registry.example:5000/v2/team/charts/demo/"

static void registry_charts_are_copied(void **state) {
  struct artm_config entry = entry_of("oci://Registry.Example:5000/team/charts/", "auto");
  struct artm_artefact *artefact = NULL;
  struct found found = FOUND;
  (void)state;
  assert_int_equal(open_at(&entry, "1.2.3+b.1", NULL, &artefact), 0);
  assert_string_equal(artefact->reference,
                      "oci://registry.example:5000/team/charts/demo:1.2.3_b.1");
  assert_string_equal(artefact->repository, "registry.example:5000/team/charts/demo");
  assert_int_equal(artefact->flags, 0);
  PLAY({.request = "HEAD " REGISTRY "manifests/1.2.3_b.1",
        .scope = "repository:team/charts/demo:pull",
        .status = 200,
        .media_type = OCI_MANIFEST,
        .header = {"Docker-Content-Digest", DIGEST},
        .size = 684},
       {.request = "GET " REGISTRY "manifests/" DIGEST,
        .status = 200,
        .media_type = OCI_MANIFEST,
        .body = other_manifest(CONFIG_TYPE, CHART_TYPE, OTHER, true)},
       {.request = "GET " REGISTRY "blobs/" DIGEST, .status = 200, .body = "0123", .offset = 2},
       {.request = "GET " REGISTRY "manifests/sha256-x.sig", .status = 404},
       {.request = "HEAD " REGISTRY "manifests/1.2.3_b.1", .status = 404});
  assert_int_equal(source->resolve(artefact, &call, &found.sink), 0);
  assert_string_equal(found.digest, DIGEST);
  assert_string_equal(named_by, "");
  assert_int_equal(source->manifest(artefact, &call, DIGEST, &found.sink), 0);
  const struct artm_descriptor blob = {.struct_size = sizeof blob, .size = 4, .digest = DIGEST};
  struct artm_stream *stream;
  assert_int_equal(source->open_blob(artefact, &call, &blob, 2, &stream), 0);
  stream->close(stream);
  assert_int_equal(source->manifest(artefact, &call, "sha256-x.sig", &found.sink), ARTM_NO);
  assert_int_equal(source->resolve(artefact, &call, &found.sink), ARTM_E_NOT_FOUND);
  played();
  source->close(artefact);
  assert_int_equal(open_at(&entry, "1.2.3", DIGEST, &artefact), 0);
  assert_string_equal(artefact->reference,
                      "oci://registry.example:5000/team/charts/demo:1.2.3@" DIGEST);
  PLAY({.request = "HEAD " REGISTRY "manifests/" DIGEST,
        .status = 200,
        .media_type = OCI_MANIFEST,
        .size = 684});
  assert_int_equal(source->resolve(artefact, &call, &found.sink), 0);
  played();
  source->close(artefact);
  entry = entry_of("oci://docker.io/bitnamicharts", NULL);
  assert_int_equal(open_at(&entry, NULL, DIGEST, &artefact), 0);
  assert_int_equal(artefact->flags, ARTM_ARTEFACT_COUNTED);
  source->close(artefact);
  static const char *const bad[] = {"oci://host/UPPER", "oci://host/a:1",   "oci://host/a@" DIGEST,
                                    "oci://",           "oci://host/a?b=c", "oci://host//a"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    entry = entry_of(bad[i], NULL);
    assert_int_equal(open_at(&entry, "1", NULL, &artefact), ARTM_E_CONFIG);
    assert_string_equal(call.field, "repo_url");
  }
}

static void registry_charts_need_provenance_if_required(void **state) {
  struct artm_config entry = entry_of("oci://registry.example:5000/team/charts", "require");
  struct artm_artefact *artefact = NULL;
  struct found found = FOUND;
  (void)state;
  assert_int_equal(open_at(&entry, "1", NULL, &artefact), 0);
  for (int i = 0; i < 2; i++) {
    char text[2048];
    snprintf(text, sizeof text, "%s", other_manifest(CONFIG_TYPE, CHART_TYPE, OTHER, i));
    PLAY({.request = "GET " REGISTRY "manifests/1",
          .status = 200,
          .media_type = OCI_MANIFEST,
          .body = text});
    assert_int_equal(source->manifest(artefact, &call, "1", &found.sink), i ? 0 : ARTM_E_POLICY);
    played();
  }
  source->close(artefact);
}

static void tags_are_versions(void **state) {
  struct artm_config entry = entry_of("oci://registry.example:5000/team/charts", NULL);
  struct tags tags = TAGS;
  (void)state;
  PLAY({.request = "GET " REGISTRY "tags/list?n=1000",
        .status = 200,
        .body = "{\"tags\":[\"1.0.0\",\"1.0.0_b_c\",\"v2\"]}"},
       {.request = "GET " REGISTRY "tags/list?n=1000", .status = 404});
  assert_int_equal(source->list_versions(self, &call, &entry, &tags.sink), 0);
  assert_string_equal(tags.text, "1.0.0 1.0.0+b+c v2 ");
  assert_int_equal(source->list_versions(self, &call, &entry, &tags.sink), ARTM_E_NOT_FOUND);
  played();
}

/* The index of a folder is the user's own; one of a server is not. */
static void an_index_may_send_to_a_registry(void **state) {
  struct artm_config entry = entry_of("https://charts.example/stable?token=x", NULL);
  static const char *const index =
      "apiVersion: v1\nentries:\n  demo:\n  - {name: demo, apiVersion: "
      "v2, version: 1.2.3+b, digest: " HEX64 ", urls: "
      "['oci://registry.example:5000/team/charts/demo']}\n";
  (void)state;
  for (int i = 0; i < 2; i++) {
    struct artm_artefact *artefact = NULL;
    struct found found = FOUND;
    char text[2048];
    snprintf(text, sizeof text, "%s",
             other_manifest(CONFIG_TYPE, CHART_TYPE, i ? OTHER : DIGEST, false));
    source->destroy(self);
    start();
    PLAY({.request = "GET https://charts.example/stable/index.yaml?token=x",
          .status = 200,
          .body = index},
         {.request = "HEAD " REGISTRY "manifests/1.2.3_b",
          .status = 200,
          .media_type = OCI_MANIFEST,
          .header = {"Docker-Content-Digest", OTHER},
          .size = 684},
         {.request = "GET " REGISTRY "manifests/" OTHER,
          .status = 200,
          .media_type = OCI_MANIFEST,
          .body = text});
    assert_int_equal(open_at(&entry, "1.2.3+b", NULL, &artefact), 0);
    int32_t answer = source->resolve(artefact, &call, &found.sink);
    if (answer)
      fail_msg("%s", call.message);
    assert_string_equal(named_by, "https://charts.example");
    answer = source->manifest(artefact, &call, OTHER, &found.sink);
    assert_int_equal(answer, i ? ARTM_E_DIGEST : 0);
    if (i) {
      assert_non_null(strstr(call.message, DIGEST));
      assert_non_null(strstr(call.message, OTHER));
    }
    played();
    source->close(artefact);
  }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(declares_itself),
      TEST(the_index_is_enough_to_compare),
      TEST(without_a_digest_the_archive_tells),
      TEST(becomes_what_helm_pushes),
      TEST(provenance_is_as_wanted),
      TEST(refuses_other_content),
      TEST(tries_every_address),
      TEST(pins_are_of_archive_or_manifest),
      TEST(what_is_not_there),
      TEST(registry_charts_are_copied),
      TEST(registry_charts_need_provenance_if_required),
      TEST(tags_are_versions),
      TEST(an_index_may_send_to_a_registry),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
