/* SPDX-License-Identifier: Apache-2.0 */
/* Chart repositories against a server of the tests' own: loaded once, kept between runs, nothing
 * secret in a message. */
#include "unit/helm_driver.h"

#include "common/fail.c"
#include "common/grammar.c"
#include "common/region.c"
#include "common/registry_host.c"
#include "common/registry_json.c"
#include "common/registry_text.c"
#include "helm/digest.c"
#include "helm/repository/cache.c"
#include "helm/repository/index.c"
#include "helm/repository/index_entry.c"
#include "helm/repository/index_input.c"
#include "helm/repository/index_json.c"
#include "helm/repository/index_nearest.c"
#include "helm/repository/index_reader.c"
#include "helm/repository/index_sort.c"
#include "helm/repository/index_time.c"
#include "helm/repository/local.c"
#include "helm/repository/login.c"
#include "helm/repository/login_registry.c"
#include "helm/repository/login_repositories.c"
#include "helm/repository/repository.c"
#include "helm/repository/repository_load.c"
#include "helm/repository/repository_open.c"
#include "helm/repository/repository_place.c"
#include "helm/repository/urls.c"

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SECRET "geheim"
#define REPO "https://charts.example/stable?sig=" SECRET
#define INDEX "https://charts.example/stable/index.yaml?sig=" SECRET
#define THREADS 8

/* Stands for the real ones, which have their own tests. */
bool version_is_legal(const char *text) {
  return text[strspn(text, "v")] >= '0' && text[strspn(text, "v")] <= '9';
}
bool version_is_same(const char *a, const char *b) {
  return strcmp(a + (*a == 'v'), b + (*b == 'v')) == 0;
}

static const char vault_index[] =
    "apiVersion: v1\nentries:\n  vault:\n"
    "  - {version: 0.30.0, urls: [vault-0.30.0.tgz], digest: " HEX64 ", created: "
    "2024-01-02T03:04:05Z}\n"
    "  - {version: 0.29.0, urls: [vault-0.29.0.tgz], deprecated: true}\n"
    "  - {version: 0.29.0, urls: [other.tgz]}\n"
    "  - {version: 0.28.0}\n  - {version: newest, urls: [x]}\n"
    "  consul:\n  - {version: 1.0.0, urls: [consul.tgz]}\n";

/* The only page that the server has, and what it was asked. */
static struct {
  pthread_mutex_t lock;
  uint32_t status;
  const char *body, *tag, *modified;
  int breaks;     /* bodies that break off in the middle */
  int32_t error;  /* send fails */
  uint32_t delay; /* ms */
  int requests, current, open;
  char url[512], named_by[512];
  uint32_t flags;
} server = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct page {
  struct artm_http_response abi;
  struct bytes bytes;
};

static void page_close(struct artm_stream *stream) {
  pthread_mutex_lock(&server.lock);
  server.open--;
  pthread_mutex_unlock(&server.lock);
  free((char *)stream - offsetof(struct page, bytes));
}

static const char *sent_header(const struct artm_http_request *request, const char *name) {
  for (size_t i = 0; request->headers && request->headers[i]; i += 2)
    if (strcmp(request->headers[i], name) == 0)
      return request->headers[i + 1];
  return NULL;
}

static int32_t http_send(const struct artm_http *table, struct artm_call *call,
                         const struct artm_http_request *request, struct artm_http_response **ret) {
  (void)table;
  assert_string_equal(request->method, "GET");
  if (server.delay)
    nanosleep(&(struct timespec){.tv_nsec = (long)server.delay * 1000000}, NULL);
  pthread_mutex_lock(&server.lock);
  server.requests++;
  snprintf(server.url, sizeof server.url, "%s", request->url);
  snprintf(server.named_by, sizeof server.named_by, "%s",
           request->named_by ? request->named_by : "");
  server.flags = request->flags;
  const char *tag = sent_header(request, "If-None-Match");
  const char *modified = sent_header(request, "If-Modified-Since");
  bool current = (tag && server.tag && strcmp(tag, server.tag) == 0) ||
                 (!tag && modified && server.modified && strcmp(modified, server.modified) == 0);
  server.current += current;
  bool breaks = server.breaks > 0;
  server.breaks -= breaks;
  int32_t error = server.error;
  server.open += !error;
  pthread_mutex_unlock(&server.lock);
  if (error) {
    const struct artm_error why = {
        .struct_size = sizeof why, .code = error, .message = "by the host"};
    return driver_fail(call, &why);
  }
  struct page *page = calloc(1, sizeof *page);
  assert_non_null(page);
  size_t size = current ? 0 : strlen(server.body);
  page->bytes = BYTES(server.body, breaks ? size / 2 : size);
  page->bytes.error = breaks ? ARTM_E_NETWORK : 0;
  page->bytes.stream.close = page_close;
  page->abi = (struct artm_http_response){.struct_size = sizeof page->abi,
                                          .status = current ? 304 : server.status,
                                          .size = size,
                                          .body = &page->bytes.stream};
  *ret = &page->abi;
  return 0;
}

static const char *http_header(const struct artm_http_response *response, const char *name) {
  (void)response;
  return strcmp(name, "ETag") == 0            ? server.tag
         : strcmp(name, "Last-Modified") == 0 ? server.modified
                                              : NULL;
}

static int32_t http_fail(struct artm_call *call, struct artm_http_response *response) {
  const struct artm_error why = {.struct_size = sizeof why,
                                 .code = response->status == 401 ? ARTM_E_AUTH : ARTM_E_DENIED,
                                 .message = "refused, says the host"};
  artm_http_close(response);
  return driver_fail(call, &why);
}
static const struct artm_http http = {.struct_size = sizeof http,
                                      .send = http_send,
                                      .header = http_header,
                                      .fail = http_fail,
                                      .offer = driver_offer};

/* One value, and the test's folder. */
static char state_key_seen[128], state_value[2048];
static int32_t state_get(const struct artm_state *table, struct artm_call *call, const char *key,
                         const void **data, uint64_t *size) {
  (void)table;
  (void)call;
  if (strcmp(key, state_key_seen) != 0)
    return ARTM_NO;
  *data = state_value;
  *size = strlen(state_value);
  return 0;
}
static int32_t state_put(const struct artm_state *table, struct artm_call *call, const char *key,
                         const void *data, uint64_t size) {
  (void)table;
  (void)call;
  snprintf(state_key_seen, sizeof state_key_seen, "%s", key);
  snprintf(state_value, sizeof state_value, "%.*s", (int)size, (const char *)data);
  return 0;
}
static int32_t state_folder(const struct artm_state *table, struct artm_call *call,
                            const char *name, const char **path) {
  (void)table;
  (void)call;
  assert_string_equal(name, "index");
  *path = driver_folder;
  return 0;
}
static const struct artm_state state_table = {
    .struct_size = sizeof state_table, .get = state_get, .put = state_put, .folder = state_folder};

static const struct artm_host host = {.struct_size = sizeof host,
                                      .log = driver_note,
                                      .fail = driver_fail,
                                      .cancelled = driver_cancelled,
                                      .sleep = driver_sleep};
static struct helm helm;
static struct artm_call call;

/* A new run of the program; what the state has stays. */
static void new_run(void) {
  repositories_free(helm.repositories);
  helm.repositories = repositories_new(&helm);
  server.requests = server.current = 0;
  call = (struct artm_call){0};
}

static int setup(void **state) {
  unsetenv(REPOSITORY_VARIABLE);
  unsetenv(REGISTRY_VARIABLE);
  helm = (struct helm){.client = {&host, &http, 0}, .state = &state_table};
  server.status = 200;
  server.body = vault_index;
  server.tag = server.modified = NULL;
  server.breaks = 0;
  server.error = 0;
  server.delay = 0;
  state_key_seen[0] = '\0';
  new_run();
  return driver_begin(state);
}
static int teardown(void **state) {
  repositories_free(helm.repositories);
  helm.repositories = NULL;
  assert_int_equal(server.open, 0);
  assert_null(strstr(driver_log.text, SECRET));
  return driver_end(state);
}

static int32_t find(const char *chart, const char *version, const struct index_version **ret) {
  return repository_find(helm.repositories, &call, REPO, chart, version, ret);
}
static const struct index_version *found(const char *chart, const char *version) {
  const struct index_version *ret = NULL;
  if (find(chart, version, &ret))
    fail_msg("%d %s", call.code, call.message);
  return ret;
}
static void not_found(const char *chart, const char *version, int32_t code, const char *message,
                      const char *hint) {
  const struct index_version *ret = NULL;
  assert_int_equal(find(chart, version, &ret), code);
  assert_null(ret);
  assert_string_equal(call.message, message);
  assert_string_equal(call.hint, hint);
}

static void finds_and_says_what_is_near(void **state) {
  (void)state;
  repositories_want(helm.repositories, "https://charts.example/stable/?sig=" SECRET, "vault");
  const struct index_version *version = found("vault", "0.30.0");
  assert_string_equal(version->digest, "sha256:" HEX64);
  assert_string_equal(version->urls[0], "vault-0.30.0.tgz");
  assert_string_equal(server.url, INDEX);
  assert_int_equal(server.flags, ARTM_HTTP_ANY_STATUS | ARTM_HTTP_BASIC);
  assert_ptr_equal(found("vault", "0.30.0"), version);
  assert_int_equal(server.requests, 1);
  not_found("vault", "v0.29.0", ARTM_E_NOT_FOUND,
            "the repository has no chart 'vault' with version v0.29.0",
            "the index has 0.29.0, ...");
  not_found("vault", "0.28.0", ARTM_E_UNSUPPORTED,
            "vault 0.28.0 can't be used: the index has no URL for it",
            "whoever keeps the repository can repair it");
  not_found("vault", "newest", ARTM_E_UNSUPPORTED,
            "vault newest can't be used: 'newest' is no version for Helm",
            "whoever keeps the repository can repair it");
  assert_int_equal(server.requests, 1);
  assert_non_null(
      strstr(driver_log.text, "4 https://charts.example/stable/index.yaml: entries left out: 1,"));
  not_found("vaul", "1", ARTM_E_NOT_FOUND, "the repository has no chart 'vaul'",
            "did you mean vault?"); /* not asked for before: read again */
  assert_int_equal(server.requests, 2);
  assert_ptr_equal(found("vault", "0.30.0"), version);
}

struct list {
  struct artm_version_sink sink; /* first */
  char text[512];
  int32_t answer;
};
static int32_t list_add(struct artm_version_sink *sink, const struct artm_version *version) {
  struct list *list = (struct list *)(void *)sink;
  size_t length = strlen(list->text);
  snprintf(list->text + length, sizeof list->text - length, "%s %u %lld;", version->version,
           version->flags, (long long)version->created);
  return list->answer;
}

static void lists_in_the_files_order(void **state) {
  struct list list = {.sink = {sizeof list.sink, 0, list_add}};
  (void)state;
  assert_int_equal(repository_list(helm.repositories, &call, REPO, "vault", &list.sink), 0);
  assert_string_equal(list.text, "0.30.0 1 1704164645;0.29.0 2 0;0.28.0 0 0;");
  list.answer = ARTM_E_UNSUPPORTED;
  assert_int_equal(repository_list(helm.repositories, &call, REPO, "vault", &list.sink),
                   ARTM_E_UNSUPPORTED);
  assert_int_equal(repository_list(helm.repositories, &call, REPO, "x", &list.sink),
                   ARTM_E_NOT_FOUND);
  assert_string_equal(call.where, "https://charts.example/stable");
}

struct thread {
  pthread_t id;
  struct artm_call call;
  int32_t answer;
};
static void *find_in_thread(void *argument) {
  struct thread *thread = argument;
  const struct index_version *ret = NULL;
  thread->answer = repository_find(helm.repositories, &thread->call, REPO, "vault", "0.30.0", &ret);
  return NULL;
}
static void in_threads(struct thread *threads) {
  for (size_t i = 0; i < THREADS; i++)
    assert_int_equal(pthread_create(&threads[i].id, NULL, find_in_thread, &threads[i]), 0);
  for (size_t i = 0; i < THREADS; i++)
    assert_int_equal(pthread_join(threads[i].id, NULL), 0);
}

static void threads_share_one_request(void **state) {
  struct thread threads[THREADS] = {0};
  (void)state;
  server.delay = 50;
  repositories_want(helm.repositories, REPO, "vault");
  in_threads(threads);
  for (size_t i = 0; i < THREADS; i++)
    assert_int_equal(threads[i].answer, 0);
  assert_int_equal(server.requests, 1);
}

static void threads_share_a_failure(void **state) {
  struct thread threads[THREADS] = {0};
  (void)state;
  server.delay = 50;
  server.body = "<html>";
  in_threads(threads);
  for (size_t i = 0; i < THREADS; i++) {
    assert_int_equal(threads[i].answer, ARTM_E_UNSUPPORTED);
    assert_string_equal(threads[i].call.message,
                        "the index of charts can't be read: it is a web page, no index of charts");
    assert_string_equal(threads[i].call.hint, "is this a chart repository?");
    assert_string_equal(threads[i].call.where, "https://charts.example/stable/index.yaml");
  }
  assert_int_equal(server.requests, 1);
}

static void a_cancelled_thread_stops(void **state) {
  struct thread threads[THREADS] = {0};
  (void)state;
  server.delay = 600;
  for (size_t i = 0; i < THREADS; i += 2)
    threads[i].call.cancelled = ARTM_E_CANCELLED; /* the loading one may be of them: no failure */
  in_threads(threads);
  for (size_t i = 0; i < THREADS; i++)
    assert_int_equal(threads[i].answer, i % 2 ? 0 : ARTM_E_CANCELLED);
}

static void answers_that_are_no_index(void **state) {
  static const struct {
    uint32_t status;
    int32_t error, code;
    const char *message, *again;
  } cases[] = {
      {404, 0, ARTM_E_NOT_FOUND, "no index of charts there: the server answers 404", NULL},
      {204, 0, ARTM_E_UNSUPPORTED, "no index of charts there: the server answers 204", NULL},
      {304, 0, ARTM_E_UNSUPPORTED, "no index of charts there: the server answers 304", NULL},
      {401, 0, ARTM_E_AUTH, "refused, says the host",
       "the index of charts can't be had: it asks for a login"},
      {200, ARTM_E_NETWORK, ARTM_E_NETWORK, "by the host",
       "the index of charts can't be had: no connection, or it broke off"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const struct index_version *ret = NULL;
    new_run();
    server.status = cases[i].status;
    server.error = cases[i].error;
    assert_int_equal(find("vault", "1", &ret), cases[i].code);
    assert_string_equal(call.message, cases[i].message);
    assert_int_equal(find("vault", "1", &ret), cases[i].code);
    assert_string_equal(call.message, cases[i].again ? cases[i].again : cases[i].message);
    assert_int_equal(server.requests, 1);
  }
}

static void a_broken_body_is_read_anew(void **state) {
  const struct index_version *ret = NULL;
  (void)state;
  server.breaks = 2;
  found("vault", "0.30.0");
  assert_int_equal(server.requests, 3);
  new_run();
  server.breaks = 3;
  assert_int_equal(find("vault", "0.30.0", &ret), ARTM_E_NETWORK);
  assert_int_equal(server.requests, 3);
  assert_int_equal(find("vault", "0.30.0", &ret), ARTM_E_NETWORK);
  assert_int_equal(server.requests, 3);
}

/* The copy's name has no part of the URL. */
static char *copy_path(void) {
  static char path[600];
  assert_memory_equal(state_key_seen, "index ", 6);
  snprintf(path, sizeof path, "%s/%s.yaml", driver_folder, state_key_seen + 6);
  return path;
}

static void the_next_run_asks_for_news(void **state) {
  struct stat status;
  (void)state;
  server.tag = "\"one\"";
  server.modified = "Tue, 02 Jan 2024 03:04:05 GMT";
  found("vault", "0.30.0");
  assert_int_equal(stat(copy_path(), &status), 0);
  assert_int_equal(status.st_mode & 0777, 0600);
  assert_int_equal(status.st_size, sizeof vault_index - 1);
  for (int i = 0; i < 2; i++) {
    new_run();
    found("vault", "0.30.0");
    assert_int_equal(server.requests, 1);
    assert_int_equal(server.current, 1);
    server.tag = NULL; /* then by the date alone */
    char *rest = strchr(state_value, '\n');
    memmove(state_value, rest, strlen(rest) + 1);
  }
  new_run();
  server.tag = "\"two\"";
  server.modified = "Wed, 03 Jan 2024 03:04:05 GMT";
  server.body = "entries: {vault: [{version: 9.0.0, urls: [x]}]}\n";
  found("vault", "9.0.0");
  assert_int_equal(server.current, 0);
  new_run();
  found("vault", "9.0.0");
  assert_int_equal(server.current, 1);
}

static void a_spoilt_copy_is_fetched_again(void **state) {
  static const char *const copies[] = {"entries: {vault: [{version: 6.6.6, urls: [evil]}]}\n", "{",
                                       "", NULL};
  (void)state;
  server.tag = "\"one\"";
  for (size_t i = 0; i < sizeof copies / sizeof copies[0]; i++) {
    const struct index_version *ret = NULL;
    new_run();
    state_key_seen[0] = '\0';
    found("vault", "0.30.0");
    if (copies[i])
      driver_put(strrchr(copy_path(), '/') + 1, copies[i]);
    else
      assert_int_equal(unlink(copy_path()), 0);
    new_run();
    found("vault", "0.30.0");
    assert_int_equal(server.requests, copies[i] ? 2 : 1);
    assert_int_equal(find("vault", "6.6.6", &ret), ARTM_E_NOT_FOUND);
    new_run();
    found("vault", "0.30.0");
    assert_int_equal(server.current, 1);
  }
}

static void works_without_a_state(void **state) {
  (void)state;
  server.tag = "\"one\"";
  helm.state = NULL;
  for (int i = 0; i < 2; i++) {
    new_run();
    found("vault", "0.30.0");
    assert_int_equal(server.current, 0);
  }
  helm.state = &state_table;
  char *folder = strdup(driver_folder);
  assert_int_equal(rmdir(driver_folder), 0); /* nothing can be kept */
  new_run();
  found("vault", "0.30.0");
  assert_string_equal(state_key_seen, "");
  assert_int_equal(mkdir(folder, 0700), 0);
  free(folder);
  server.breaks = 1; /* half a body is no copy */
  new_run();
  found("vault", "0.30.0");
  new_run();
  server.breaks = 3;
  server.tag = "\"two\"";
  const struct index_version *ret = NULL;
  assert_int_equal(find("vault", "0.30.0", &ret), ARTM_E_NETWORK);
  server.tag = "\"one\"";
  new_run();
  found("vault", "0.30.0");
  assert_int_equal(server.current, 1);
}

static int32_t open_file(const char *repo_url, const char *url, const char *suffix) {
  struct artm_stream *stream = NULL;
  uint64_t size = 0;
  char text[64] = "";
  int32_t rc = repository_open(helm.repositories, &call, repo_url, url, suffix, &stream, &size);
  if (rc)
    return rc;
  int64_t got = stream->read(stream, &call, text, sizeof text - 1);
  assert_true(got >= 0);
  assert_int_equal(size, got);
  assert_string_equal(text, "bytes");
  assert_int_equal(stream->read(stream, &call, text, 1), 0);
  stream->close(stream);
  return 0;
}

static void opens_files_of_a_server(void **state) {
  (void)state;
  server.body = "bytes";
  assert_int_equal(open_file(REPO, "a-1.0.0.tgz", ""), 0);
  assert_string_equal(server.url, "https://charts.example/stable/a-1.0.0.tgz?sig=" SECRET);
  assert_string_equal(server.named_by, INDEX);
  assert_int_equal(server.flags, ARTM_HTTP_ANY_STATUS | ARTM_HTTP_BASIC);
  assert_int_equal(open_file(REPO, "https://cdn.example/a.tgz?x", ".prov"), 0);
  assert_string_equal(server.url, "https://cdn.example/a.tgz.prov?x");
  assert_string_equal(server.named_by, INDEX);
  server.status = 404;
  assert_int_equal(open_file(REPO, "a.tgz", ""), ARTM_NO);
  server.status = 403;
  assert_int_equal(open_file(REPO, "a.tgz", ""), ARTM_E_DENIED);
  assert_int_equal(open_file(REPO, "a.tgz", ".prov"), ARTM_NO);
  server.status = 204;
  assert_int_equal(open_file(REPO, "a.tgz", ""), ARTM_E_UNSUPPORTED);
  assert_int_equal(open_file(REPO, "file:///etc/passwd", ""), ARTM_E_UNSUPPORTED);
  assert_non_null(strstr(call.message, "named by a server"));
  assert_int_equal(open_file(REPO, "oci://r.example/a:1", ""), ARTM_E_UNSUPPORTED);
  assert_int_equal(open_file(REPO, "a%zz?sig=" SECRET, ""), ARTM_E_UNSUPPORTED);
  assert_int_equal(open_file("not a url?" SECRET, "a", ""), ARTM_E_CONFIG);
}

static void logins_go_with_it(void **state) {
  (void)state;
  driver_put("repositories.yaml", "repositories:\n- url: https://charts.example/stable/?sig=" SECRET
                                  "\n  username: u\n  password: p\n  pass_credentials_all: true\n");
  setenv(REPOSITORY_VARIABLE, driver_path("repositories.yaml"), 1);
  found("vault", "0.30.0");
  assert_string_equal(driver_offers.text, "https://charts.example u p\n");
  server.body = "bytes";
  assert_int_equal(open_file(REPO, "https://cdn.example/a.tgz", ""), 0);
  assert_string_equal(driver_offers.text, "https://charts.example u p\nhttps://cdn.example u p\n");
}

static void folders_of_charts(void **state) {
  const struct index_version *ret = NULL;
  char *repo = registry_format("file://%s/my%%20charts/", driver_folder);
  char *outside = registry_format("file://%s/outside.tgz", driver_folder);
  char *inside = registry_format("file://%s/my%%20charts/a.tgz", driver_folder);
  (void)state;
  assert_int_equal(mkdir(driver_path("my charts"), 0700), 0);
  assert_int_equal(repository_find(helm.repositories, &call, repo, "vault", "0.30.0", &ret),
                   ARTM_E_NOT_FOUND);
  assert_non_null(strstr(call.where, "/my%20charts/index.yaml"));
  driver_put("my charts/index.yaml", vault_index);
  driver_put("my charts/a.tgz", "bytes");
  driver_put("outside.tgz", "bytes");
  assert_int_equal(symlink("../outside.tgz", driver_path("my charts/link.tgz")), 0);
  new_run();
  assert_int_equal(repository_find(helm.repositories, &call, repo, "vault", "0.30.0", &ret), 0);
  assert_int_equal(open_file(repo, "a.tgz", ""), 0);
  assert_int_equal(open_file(repo, "./x/../a.tgz", ""), 0);
  assert_int_equal(open_file(repo, "link.tgz", ""), 0);
  assert_int_equal(open_file(repo, inside, ""), 0);
  assert_int_equal(open_file(repo, "a.tgz", ".prov"), ARTM_NO);
  static const char *const refused[] = {"../outside.tgz", "%2e%2e/outside.tgz", "..%2foutside.tgz",
                                        "/etc/passwd",    "//host/x",           "a%00b"};
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
    assert_int_equal(open_file(repo, refused[i], ""), ARTM_E_UNSUPPORTED);
  assert_int_equal(open_file(repo, outside, ""), ARTM_E_UNSUPPORTED);
  assert_int_equal(server.requests, 0);
  server.body = "bytes"; /* a local index may name a server's files */
  assert_int_equal(open_file(repo, "https://cdn.example/a.tgz", ""), 0);
  assert_string_equal(server.named_by, "");
  assert_int_equal(repository_find(helm.repositories, &call, "file://host/x", "a", "1", &ret),
                   ARTM_E_CONFIG);
  assert_int_equal(repository_find(helm.repositories, &call, "ftp://host/x", "a", "1", &ret),
                   ARTM_E_CONFIG);
  free(repo);
  free(outside);
  free(inside);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(finds_and_says_what_is_near),
      TEST(lists_in_the_files_order),
      TEST(threads_share_one_request),
      TEST(threads_share_a_failure),
      TEST(a_cancelled_thread_stops),
      TEST(answers_that_are_no_index),
      TEST(a_broken_body_is_read_anew),
      TEST(the_next_run_asks_for_news),
      TEST(a_spoilt_copy_is_fetched_again),
      TEST(works_without_a_state),
      TEST(opens_files_of_a_server),
      TEST(logins_go_with_it),
      TEST(folders_of_charts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
