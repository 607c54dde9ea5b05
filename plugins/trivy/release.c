/* SPDX-License-Identifier: Apache-2.0 */
/* Which Trivy is installed. A version is asked for once and kept for as long as the file is the
 * same, so that a run with nothing to scan starts no process. */
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/program.h"
#include "common/registry_text.h"
#include "trivy/command.h"
#include <stdio.h>
#include <string.h>

static bool read_number(const char **at, unsigned *ret) {
  size_t digits = strspn(*at, "0123456789");
  if (!digits || digits > 6)
    return false;
  *ret = 0;
  for (; digits; digits--)
    *ret = *ret * 10 + (unsigned)(*(*at)++ - '0');
  return true;
}

bool release_parse(const char *text, struct release *ret) {
  struct release release = {0};
  text += *text == 'v';
  size_t length =
      strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-+_");
  if (!length || length >= sizeof release.text || text[length])
    return false;
  memcpy(release.text, text, length);
  const char *at = text;
  release.known = read_number(&at, &release.major) && *at++ == '.' &&
                  read_number(&at, &release.minor) && *at++ == '.' &&
                  read_number(&at, &release.patch);
  *ret = release;
  return true;
}

/* CVE-2026-33634: what was published under these versions steals credentials. */
bool release_is_poisoned(const struct release *release) {
  return release->known && release->major == 0 && release->minor == 69 && release->patch >= 4 &&
         release->patch <= 6;
}

bool release_since(const struct release *release, unsigned minor) {
  return !release->known || release->major > 0 || release->minor >= minor;
}

/* {"Version":"0.74.0"}, or "Version: 0.18.3" of those that know no other form. */
static bool read_answer(const char *output, struct release *ret) {
  auto_json *json = json_loads(output, 0, NULL);
  const char *version = json_string_value(json_object_get(json, "Version"));
  if (version)
    return release_parse(version, ret);
  const char *at = strstr(output, "Version: ");
  if (!at)
    return false;
  at += strlen("Version: ");
  auto_free char *word = registry_copy(at, strcspn(at, " \r\n"));
  return release_parse(word, ret);
}

static int32_t ask(struct trivy *trivy, struct artm_call *call, bool json, struct release *ret,
                   struct failure *failure) {
  const char *const argv[] = {PROGRAM, "--version", json ? "--format" : NULL, "json", NULL};
  const struct artm_command command = {
      .struct_size = (uint32_t)sizeof command, .output_max = 1u << 20, .argv = argv};
  struct artm_command_result result = {.struct_size = (uint32_t)sizeof result};
  int32_t answer = trivy->process->run(trivy->process, call, &command, &result);
  if (answer)
    return answer;
  if (result.exit_code != 0) {
    failure_read(&result, failure);
    return ARTM_DEFERRED;
  }
  if (!read_answer(result.output, ret)) {
    *failure = (struct failure){.code = ARTM_E_INTERNAL};
    snprintf(failure->message, sizeof failure->message, "%s --version told no version", PROGRAM);
    return ARTM_DEFERRED;
  }
  return 0;
}

static int32_t ask_either(struct trivy *trivy, struct artm_call *call, struct release *ret) {
  struct failure failure;
  int32_t answer = ask(trivy, call, true, ret, &failure);
  if (answer == ARTM_DEFERRED)
    answer = ask(trivy, call, false, ret, &failure);
  if (answer == ARTM_DEFERRED)
    return fail(trivy->host, call, failure.code, NULL, failure.hint, "%s", failure.message);
  return answer;
}

static int32_t refuse_poisoned(struct trivy *trivy, struct artm_call *call,
                               const struct release *release) {
  return fail(trivy->host, call, ARTM_E_POLICY, NULL,
              "remove it, install a release from 0.69.7 on, and replace every credential that this "
              "machine had while it was installed",
              "Trivy %s is one of the malicious releases 0.69.4 to 0.69.6 (CVE-2026-33634)",
              release->text);
}

int32_t release_find(struct trivy *trivy, struct artm_call *call, struct release *ret) {
  struct program program;
  if (!program_find(PROGRAM, &program))
    return ARTM_NO;
  struct release release = {0};
  auto_free char *kept = program_kept_version(&program, trivy->state, call);
  int32_t answer = 0;
  if (!kept || !release_parse(kept, &release)) {
    answer = ask_either(trivy, call, &release);
    if (!answer)
      program_keep_version(&program, trivy->state, call, release.text);
  }
  program_done(&program);
  if (!answer && release_is_poisoned(&release))
    answer = refuse_poisoned(trivy, call, &release);
  if (answer)
    return answer;
  pthread_mutex_lock(&trivy->lock);
  trivy->release = release;
  pthread_mutex_unlock(&trivy->lock);
  *ret = release;
  return 0;
}

struct release release_of(struct trivy *trivy) {
  pthread_mutex_lock(&trivy->lock);
  struct release release = trivy->release;
  pthread_mutex_unlock(&trivy->lock);
  return release;
}

int32_t release_changed(struct trivy *trivy, struct artm_call *call, const char *version) {
  struct release release;
  struct program program;
  if (!release_parse(version, &release) || !strcmp(release.text, release_of(trivy).text))
    return 0;
  if (program_find(PROGRAM, &program)) {
    program_keep_version(&program, trivy->state, call, NULL);
    program_done(&program);
  }
  return release_is_poisoned(&release) ? refuse_poisoned(trivy, call, &release) : 0;
}
