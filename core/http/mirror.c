/* SPDX-License-Identifier: Apache-2.0 */
/* Mirrors of a registry: asked before it, each once. */
#include "http/send.h"
#include "report/log.h"
#include <string.h>

/* "repository:a:pull" below a mirror's prefix. Caller frees. */
static char *mirrored_scope(const char *scope, const char *prefix) {
  static const char kind[] = "repository:";
  auto_buf out = {0};
  for (const char *p = scope ? scope : ""; *p;) {
    p += strspn(p, " ");
    size_t len = strcspn(p, " ");
    if (!len)
      break;
    bool repository = *prefix && text_starts(p, kind);
    buf_printf(&out, "%s%s%s%s", out.len ? " " : "", repository ? kind : "",
               repository ? prefix : "", repository ? "/" : "");
    size_t from = repository ? sizeof kind - 1 : 0;
    buf_add(&out, p + from, len - from);
    p += len;
  }
  return buf_take(&out);
}

static int send_to_mirror(struct http_client *client, struct artm_call *call,
                          const struct artm_http_request *request, const char *mirror,
                          struct response **ret) {
  size_t host_len = strcspn(mirror, "/");
  const char *path = strstr(request->url + 2, "/v2/");
  auto_free char *host = str_copy_n(mirror, host_len);
  auto_free char *prefix = str_copy(mirror[host_len] ? mirror + host_len + 1 : "");
  size_t prefix_len = strlen(prefix);
  if (prefix_len && prefix[prefix_len - 1] == '/')
    prefix[prefix_len - 1] = 0;
  auto_free char *text = str_format("//%s/v2/%s%s%s", host, prefix, *prefix ? "/" : "", path + 4);
  auto_free char *scope = mirrored_scope(request->scope, prefix);
  const struct destination to = {text, host, scope, true};
  return send_to(client, call, request, &to, 0, ret);
}

int send_to_mirrors(struct http_client *client, struct artm_call *call,
                    const struct artm_http_request *request,
                    const struct registry_settings *settings, struct response **ret) {
  if (!settings || request->flags & ARTM_HTTP_NO_MIRROR || !request_reads(request) ||
      !text_starts(request->url, "//") || !strstr(request->url + 2, "/v2/"))
    return ARTM_NO;
  for (size_t i = 0; i < settings->mirror_count; i++) {
    struct response *response = NULL;
    int rc = send_to_mirror(client, call, request, settings->mirrors[i], &response);
    if (rc == ARTM_E_CANCELLED || rc == ARTM_E_TIMEOUT)
      return rc;
    if (rc == 0 && response->abi.status < 400) {
      *ret = response;
      return 0;
    }
    log_write(LOG_DEBUG, "http", "mirror %s: %s; going on", settings->mirrors[i],
              rc ? call->error.message : "refused, or not there");
    response_close(response);
    error_done(&call->error);
  }
  return ARTM_NO;
}
