/* SPDX-License-Identifier: Apache-2.0 */
/* docker-credential-NAME: server on stdin, JSON on stdout, 60 s, 64 KiB. */
#include "http/helper.h"
#include "base/json.h"
#include "base/process.h"
#include "report/log.h"
#include <openssl/crypto.h>
#include <string.h>
#include <unistd.h>

#define HELPER_MS 60000u
#define HELPER_OUTPUT_MAX (64u * 1024)
#define TOKEN_USER "<token>" /* the secret is then an identity token */

/* Helpers find their tools' settings in our environment; the loader's variables stay here. */
static void helper_environment(struct strings *env, const char ***ret) {
  for (char **p = environ; p && *p; p++)
    if (!text_starts(*p, "LD_"))
      strings_add(env, *p);
  const char **list = mem_array(env->count + 1, sizeof *list);
  for (size_t i = 0; i < env->count; i++)
    list[i] = env->items[i];
  *ret = list;
}

static int read_answer(struct artm_call *call, const char *program, const struct buf *output,
                       struct credential **ret) {
  auto_json json = NULL;
  auto_error problem = {0};
  const char *user = NULL, *secret = NULL;
  if (output->len && json_parse(output->data, output->len, &json, &problem) == 0) {
    user = json_text(json, "Username");
    secret = json_text(json, "Secret");
  }
  if (!user || !secret || !*secret)
    return call_fail(call, ARTM_E_AUTH, "%s answered with something else than credentials",
                     program);
  struct credential *credential = mem_alloc(sizeof *credential);
  log_secret(secret);
  credential->source = str_copy(program);
  if (strcmp(user, TOKEN_USER) == 0) {
    credential->identity_token = str_copy(secret);
  } else {
    credential->username = str_copy(user);
    credential->password = str_copy(secret);
  }
  *ret = credential;
  return 0;
}

static int explain_exit(struct artm_call *call, const char *program,
                        const struct process_result *result) {
  const char *said = result->output.len ? result->output.data : "";
  if (strstr(said, "credentials not found"))
    return ARTM_NO;
  auto_buf words = {0};
  text_escape(&words, said, (long)strcspn(said, "\r\n"), 200);
  call_fail(call, ARTM_E_AUTH, "%s failed with exit code %d%s%s", program, result->exit_code,
            words.len ? ": " : "", words.len ? words.data : "");
  error_hint(&call->error, "try: echo HOST | %s get", program);
  return ARTM_E_AUTH;
}

static int helper_run(struct artm_call *call, const char *program, const char *server,
                      struct credential **ret) {
  auto_strings env = {0};
  auto_free const char **list = NULL;
  helper_environment(&env, &list);
  const char *const argv[] = {program, "get", NULL};
  const struct process_command command = {
      .argv = argv,
      .env = list,
      .input = server,
      .timeout_ms = HELPER_MS,
      .output_max = HELPER_OUTPUT_MAX,
      .output_fd = -1,
  };
  struct process_result result = {0};
  int rc = process_run(call, &command, &result);
  if (rc == ARTM_NO)
    rc = call_fail(call, ARTM_E_AUTH, "the credential helper %s is not in PATH", program);
  else if (rc)
    error_wrap(&call->error, "credential helper %s", program);
  else if (result.exit_code != 0)
    rc = explain_exit(call, program, &result);
  else
    rc = read_answer(call, program, &result.output, ret);
  if (result.output.data)
    OPENSSL_cleanse(result.output.data, result.output.len);
  process_result_done(&result);
  return rc;
}

int helper_get(struct artm_call *call, const char *name, const char *server,
               struct credential **ret) {
  static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  if (!*name || strlen(name) > 100 || strspn(name, allowed) != strlen(name)) {
    auto_free char *shown = text_escaped(name);
    return call_fail(call, ARTM_E_CONFIG, "'%s' is no name of a credential helper", shown);
  }
  auto_free char *program = str_format("docker-credential-%s", name);
  return helper_run(call, program, server, ret);
}
