/* SPDX-License-Identifier: Apache-2.0 */
/* One scan: Trivy is called, its report is read. */
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/registry_text.h"
#include "trivy/database.h"
#include "trivy/report.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define REPORT "report.json"
#define IMAGE "image"  /* a layout's name in the scan's folder: in paths ':' and '@' are special */
#define CACHE "cache"  /* a cache folder of the scan's own */
#define TIMEOUT "240h" /* Trivy's own limit; the call's is the one that counts */
#define BUSY_TRIES 3
#define BUSY_PAUSE_MS 1000

struct attempt {
  struct trivy *trivy;
  struct artm_call *call;
  const struct artm_scan *scan;
  const struct artm_config *settings;
  char *cache;
  struct failure failure;
};

static const char *where(const struct artm_scan *scan) {
  return scan->reference ? scan->reference : scan->layout;
}

/* Trivy before 0.53 keeps what it found in layers in a file that only one process may have: then
 * every scan has a cache folder, with links to the databases. */
static int32_t add_cache(const struct attempt *attempt, const struct release *release,
                         struct command *command) {
  command_add(command, "--cache-dir");
  if (release_since(release, 53)) {
    command_add(command, "%s", attempt->cache);
    command_add(command, "--cache-backend");
    command_add(command, "memory");
    return 0;
  }
  const struct database *const databases[] = {&vulnerability_database, &java_database};
  auto_free char *own = registry_format("%s/" CACHE, attempt->scan->folder);
  bool made = mkdir(own, 0700) == 0 || errno == EEXIST;
  for (size_t i = 0; made && i < 2; i++) {
    auto_free char *to = registry_format("%s/%s", attempt->cache, databases[i]->folder);
    auto_free char *link = registry_format("%s/%s", own, databases[i]->folder);
    made = access(to, F_OK) != 0 || symlink(to, link) == 0 || errno == EEXIST;
  }
  if (!made)
    return fail(attempt->trivy->host, attempt->call, ARTM_E_LOCAL, own, NULL,
                "can't make a cache folder: %s", strerror(errno));
  command_add(command, "%s", own);
  return 0;
}

static int32_t add_layout(const struct attempt *attempt, struct command *command) {
  auto_free char *link = registry_format("%s/" IMAGE, attempt->scan->folder);
  if (symlink(attempt->scan->layout, link) < 0 && errno != EEXIST)
    return fail(attempt->trivy->host, attempt->call, ARTM_E_LOCAL, link, NULL,
                "can't make a link to the layout: %s", strerror(errno));
  command_add(command, "--input");
  command_add(command, IMAGE);
  return 0;
}

static int32_t add_registry(const struct attempt *attempt, const struct release *release,
                            struct command *command) {
  const struct artm_scan *scan = attempt->scan;
  command_add(command, "--image-src");
  command_add(command, "remote");
  if (scan->flags & ARTM_SCAN_PLAIN_HTTP)
    command_env(command, "TRIVY_NON_SSL=true");
  if (scan->ca_file && release_since(release, 68)) {
    command_add(command, "--cacert");
    command_add(command, "%s", scan->ca_file);
  } else if (scan->ca_file) {
    command_env(command, "SSL_CERT_FILE=%s", scan->ca_file);
  }
  int32_t answer = command_login(command, attempt->trivy, attempt->call, scan->repository);
  if (!answer)
    command_add(command, "%s", scan->reference);
  return answer;
}

static void add_settings(const struct attempt *attempt, struct command *command) {
  const struct artm_host *host = attempt->trivy->host;
  const char *server = host->config_text(attempt->settings, "server", 0);
  uint32_t vex = host->config_count(attempt->settings, "vex");
  if (server) {
    size_t length = strlen(server);
    while (length && server[length - 1] == '/')
      length--;
    command_add(command, "--server");
    command_add(command, "%.*s", (int)length, server);
  } else {
    command_add(command, "--skip-db-update");
  }
  if (host->config_number(attempt->settings, "offline", 0))
    command_add(command, "--offline-scan");
  for (uint32_t i = 0; i < vex; i++)
    command_add_item(command, "--vex", host->config_text(attempt->settings, "vex", i));
  if (vex)
    command_add(command, "--show-suppressed");
}

static int32_t make_command(const struct attempt *attempt, struct command *command) {
  const struct release release = release_of(attempt->trivy);
  command_begin(command, &release);
  const char *const always[] = {"--format",
                                "json",
                                "--output",
                                REPORT,
                                "--timeout",
                                TIMEOUT,
                                "--scanners",
                                "vuln",
                                "--exit-code",
                                "0",
                                "--skip-java-db-update",
                                "--list-all-pkgs=false",
                                release_since(&release, 54) ? "--pkg-types" : "--vuln-type",
                                "os,library"};
  for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
    command_add(command, "%s", always[i]);
  add_settings(attempt, command);
  int32_t answer = add_cache(attempt, &release, command);
  if (answer)
    return answer;
  return attempt->scan->reference ? add_registry(attempt, &release, command)
                                  : add_layout(attempt, command);
}

static int32_t use_token(void *arg, const char *secret, uint64_t length) {
  struct attempt *attempt = arg;
  struct command command;
  auto_free char *token = secret ? registry_copy(secret, (size_t)length) : NULL;
  int32_t answer = make_command(attempt, &command);
  if (!answer)
    answer = command_run(&command, attempt->trivy, attempt->call, attempt->scan->folder, token,
                         &attempt->failure);
  command_done(&command);
  if (token)
    explicit_bzero(token, (size_t)length);
  return answer == ARTM_NO ? ARTM_DEFERRED : answer; /* ARTM_NO: there is no secret */
}

/* ARTM_DEFERRED: it ran and failed. */
static int32_t run_once(struct attempt *attempt) {
  auto_free char *report = registry_format("%s/" REPORT, attempt->scan->folder);
  const struct artm_host *host = attempt->trivy->host;
  if (unlink(report) < 0 && errno != ENOENT)
    return fail(host, attempt->call, ARTM_E_LOCAL, report, NULL, "can't be removed: %s",
                strerror(errno));
  int32_t answer = ARTM_NO;
  if (host->config_text(attempt->settings, "server", 0))
    answer =
        host->config_secret(attempt->call, attempt->settings, "server_token", use_token, attempt);
  return answer == ARTM_NO ? use_token(attempt, NULL, 0) : answer;
}

static int32_t run(struct attempt *attempt) {
  const struct artm_host *host = attempt->trivy->host;
  bool fixed = database_is_fixed(attempt->trivy, attempt->settings), tried_java = false;
  for (unsigned busy = 1;;) {
    int32_t answer = run_once(attempt);
    if (answer != ARTM_DEFERRED)
      return answer;
    if (attempt->failure.cache_is_busy && busy < BUSY_TRIES) {
      answer = host->sleep(attempt->call, BUSY_PAUSE_MS * busy++);
    } else if (attempt->failure.needs_java && !tried_java && !fixed) {
      tried_java = true;
      answer = java_fetch_once(attempt->trivy, attempt->call, attempt->cache, where(attempt->scan));
    } else {
      return fail(host, attempt->call, attempt->failure.code, where(attempt->scan),
                  attempt->failure.hint, "%s", attempt->failure.message);
    }
    if (answer)
      return answer;
  }
}

static int32_t read_report(const struct attempt *attempt, struct artm_finding_sink *sink) {
  struct trivy *trivy = attempt->trivy;
  auto_free char *path = registry_format("%s/" REPORT, attempt->scan->folder);
  struct report_facts facts;
  struct json_walk walk;
  int32_t answer = json_walk_open(&walk, trivy->host, attempt->call, path);
  if (answer == ARTM_NO)
    return fail(trivy->host, attempt->call, ARTM_E_INTERNAL, where(attempt->scan), NULL,
                "%s ended well but wrote no report", PROGRAM);
  if (answer)
    return answer;
  answer =
      report_read(&walk, trivy->host, attempt->call,
                  attempt->scan->reference ? attempt->scan->manifest->digest : NULL, sink, &facts);
  json_walk_done(&walk);
  if (!answer && *facts.version)
    answer = release_changed(trivy, attempt->call, facts.version);
  return answer ? answer : sink->raw(sink, REPORT, "trivy-json");
}

int32_t trivy_scan(void *self, struct artm_call *call, const struct artm_scan *scan,
                   struct artm_finding_sink *sink) {
  struct trivy *trivy = self;
  struct attempt attempt = {.trivy = trivy,
                            .call = call,
                            .scan = scan,
                            .settings = scan->settings ? scan->settings : trivy->options};
  int32_t answer = cache_folder(trivy, call, attempt.settings, &attempt.cache);
  if (!answer)
    answer = run(&attempt);
  if (!answer)
    answer = read_report(&attempt, sink);
  free(attempt.cache);
  return answer;
}
