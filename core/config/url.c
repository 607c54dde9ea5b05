/* SPDX-License-Identifier: Apache-2.0 */
/* URLs in the config: a scheme that the field allows, a host, and no credentials. */
#include "base/text.h"
#include "config/field_value.h"
#include "report/log.h"
#include <curl/curl.h>
#include <string.h>
#include <strings.h>

static bool same_scheme(void *arg, const char *word) {
  return strcasecmp(arg, word) == 0;
}

static const char *check_parts(CURLU *url, const char *schemes) {
  char *scheme = NULL, *host = NULL, *user = NULL, *password = NULL;
  curl_url_get(url, CURLUPART_SCHEME, &scheme, 0);
  curl_url_get(url, CURLUPART_HOST, &host, 0);
  curl_url_get(url, CURLUPART_USER, &user, 0);
  curl_url_get(url, CURLUPART_PASSWORD, &password, 0);
  const char *why = NULL;
  if (user || password)
    why = "holds a user name or password";
  else if (!scheme || !field_alternatives(schemes, same_scheme, scheme))
    why = "has a scheme that is not allowed here";
  else if (!host || !*host)
    why = "has no host";
  curl_free(scheme);
  curl_free(host);
  curl_free(user);
  curl_free(password);
  return why;
}

/* RFC 8089 without a host; path.c knows the relative ones. */
static const char *file_error(const char *schemes, const char *text) {
  char scheme[] = "file";
  if (!schemes || !field_alternatives(schemes, same_scheme, scheme))
    return "has a scheme that is not allowed here";
  const char *path = text + strlen("file://");
  if (*path != '/' && !text_starts(path, "./") && !text_starts(path, "../"))
    return "names no path: write file:///folder, or file://./folder";
  return NULL;
}

const char *value_url_error(const char *schemes, const char *text) {
  log_userinfo(text); /* the source line may be shown */
  log_query(text);
  const char *rest = strstr(text, "://");
  if (!rest)
    return "is no URL";
  for (const char *p = text; *p; p++)
    if ((unsigned char)*p <= ' ' || *p == '\x7f')
      return "holds a space or control character";
  if (strncasecmp(text, "file://", 7) == 0)
    return file_error(schemes, text);
  if (strchr("/?#", rest[3])) /* curl would take what follows for the host */
    return "has no host";
  CURLU *url = curl_url();
  CURLUcode code =
      url ? curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) : CURLUE_OUT_OF_MEMORY;
  const char *why = code ? "is no valid URL" : check_parts(url, schemes ? schemes : URL_SCHEMES);
  curl_url_cleanup(url);
  return why;
}
