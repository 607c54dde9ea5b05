/* SPDX-License-Identifier: Apache-2.0 */
/* What a failed transfer says to the user: on our side, the proxy's, or the other end's. */
#include "base/text.h"
#include "http/exchange_io.h"
#include <errno.h>
#include <string.h>

/* 0: nothing on our own machine is to blame. */
static int fail_locally(const struct exchange *x, struct artm_call *call) {
  int number = x->lane->no_socket;
  if (x->result == CURLE_OUT_OF_MEMORY)
    return call_fail(call, ARTM_E_NOMEM, "%s: out of memory", x->origin);
  if (!number || x->result != CURLE_COULDNT_CONNECT)
    return 0;
  call_fail(call, ARTM_E_LOCAL, "%s: no connection can be opened: %s", x->origin,
            strerrordesc_np(number));
  if (number == EMFILE)
    error_hint(&call->error, "raise the limit (ulimit -n), or lower run.parallel");
  return ARTM_E_LOCAL;
}

/* 0: the proxy, if there is one, did its part. */
static int fail_at_proxy(const struct exchange *x, struct artm_call *call) {
  long status = 0;
  curl_easy_getinfo(x->lane->easy, CURLINFO_HTTP_CONNECTCODE, &status);
  bool unreached = x->result == CURLE_COULDNT_CONNECT || x->result == CURLE_COULDNT_RESOLVE_PROXY ||
                   x->result == CURLE_UNSUPPORTED_PROTOCOL || x->result == CURLE_URL_MALFORMAT;
  if (!x->lane->proxied || (status < 400 && !unreached))
    return 0;
  auto_free char *shown = text_escaped(x->error_text ? x->error_text : "");
  int code = status == 407 ? ARTM_E_AUTH : status == 403 ? ARTM_E_DENIED : ARTM_E_NETWORK;
  if (status >= 400)
    call_fail(call, code, "%s: the proxy refuses the connection: %ld", x->origin, status);
  else
    call_fail(call, code, "%s: the proxy can't be used: %s", x->origin, shown);
  error_hint(&call->error, "%s",
             status == 407 ? "https_proxy=http://USER:PASSWORD@HOST:PORT"
                           : "https_proxy, http_proxy and all_proxy name the proxy, no_proxy the "
                             "hosts that are reached without");
  return code;
}

/* What a server says about our certificate; by TLS 1.2 a missing one is just a failed handshake. */
static bool rejects_certificate(const char *text) {
  static const char *const alerts[] = {"alert certificate", "alert bad certificate",
                                       "alert unknown ca", "alert unsupported certificate",
                                       "alert handshake failure"};
  for (size_t i = 0; i < sizeof alerts / sizeof *alerts; i++)
    if (strstr(text, alerts[i]))
      return true;
  return false;
}

/* 0: no certificate is to blame. */
static int fail_by_certificate(const struct exchange *x, struct artm_call *call) {
  const char *host = strstr(x->origin, "//") + 2, *text = x->error_text ? x->error_text : "";
  auto_free char *shown = text_escaped(text);
  switch (x->result) {
  case CURLE_PEER_FAILED_VERIFICATION:
    call_fail(call, ARTM_E_NETWORK, "%s: %s", x->origin, shown);
    error_hint(&call->error,
               "if it is the right server, give its CA: registries: {'%s': {ca: FILE}}, or "
               "SSL_CERT_FILE",
               host);
    return ARTM_E_NETWORK;
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_CERTPROBLEM:
    call_fail(call, ARTM_E_CONFIG, "%s: %s", x->origin, shown);
    error_hint(&call->error, "it must be a PEM file%s",
               x->result == CURLE_SSL_CERTPROBLEM
                   ? "; a key must be the certificate's, and without "
                     "a pass phrase"
                   : " with at least one CA certificate");
    return ARTM_E_CONFIG;
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_RECV_ERROR:
  case CURLE_SEND_ERROR:
    if (!rejects_certificate(text))
      return 0;
    call_fail(call, ARTM_E_AUTH, "%s: %s", x->origin, shown);
    error_hint(&call->error,
               "it may want a client certificate, or another one: registries: {'%s': {cert: FILE, "
               "key: FILE}}",
               host);
    return ARTM_E_AUTH;
  default:
    return 0;
  }
}

int exchange_conclude(struct exchange *x, struct artm_call *call) {
  if (x->result == CURLE_OK && !x->broken_headers)
    return 0;
  const char *origin = x->origin;
  if (x->source_code)
    return x->source_code; /* the call already says why */
  if (x->lane->refused)
    return call_fail(call, ARTM_E_DENIED,
                     "%s has a local or private address, where its registry has none: refused",
                     origin);
  int rc = fail_locally(x, call);
  if (rc == 0)
    rc = fail_at_proxy(x, call);
  if (rc == 0)
    rc = fail_by_certificate(x, call);
  if (rc)
    return rc;
  if (x->broken_headers)
    return call_fail(call, ARTM_E_NETWORK, "%s: the response's headers are broken or too long",
                     origin);
  auto_free char *shown = text_escaped(x->error_text ? x->error_text : "");
  return call_fail(call, ARTM_E_NETWORK, "%s: %s", origin, shown);
}
