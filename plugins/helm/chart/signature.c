/* SPDX-License-Identifier: Apache-2.0 */
/* The provenance file beside a chart's archive. */
#include "helm/chart/signature.h"
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/registry_text.h"
#include "helm/chart/download.h"
#include "helm/chart/provenance.h"
#include "helm/digest.h"
#include "helm/repository/urls.h"
#include <string.h>

#define SUFFIX ".prov"
#define MARK "-----BEGIN PGP SIGNED MESSAGE-----"

static int hex_value(char c) {
  const char *digits = "0123456789abcdef";
  const char *found = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;
  return found ? (int)(found - digits) : -1;
}

/* The name under which helm stores an archive: the last component of its address, decoded. */
static char *file_name(const char *repo_url, const char *url) {
  auto_free char *whole = url_resolve_in(repo_url, url);
  char *name = url_base_name(whole ? whole : url);
  char *end = name;
  for (const char *at = name; *at; at++) {
    int high = *at == '%' ? hex_value(at[1]) : -1, low = high < 0 ? -1 : hex_value(at[2]);
    if (low < 0) {
      *end++ = *at;
      continue;
    }
    *end++ = (char)(unsigned char)(high << 4 | low);
    at += 2;
  }
  *end = '\0';
  return name;
}

/* Servers that hide what they do not have say 401 or 403, or send a page with status 200. */
static int32_t load(struct helm *helm, struct artm_call *call, const struct chart_wanted *wanted,
                    const char *url, struct chart_blob *ret) {
  auto_free char *text = NULL;
  size_t size = 0;
  int32_t answer =
      download_text(helm, call, wanted->repo_url, url, SUFFIX, PROVENANCE_MAX, &text, &size);
  if (answer == ARTM_NO || answer == ARTM_E_AUTH || answer == ARTM_E_DENIED ||
      answer == ARTM_E_NOT_FOUND)
    return ARTM_NO;
  if (answer)
    return answer;
  if (!memmem(text, size, MARK, strlen(MARK)))
    return ARTM_NO;
  ret->data = registry_take(&text);
  ret->size = size;
  return 0;
}

int32_t signature_fetch(struct helm *helm, struct artm_call *call,
                        const struct chart_wanted *wanted, const char *url, struct chart *chart) {
  const struct artm_host *host = helm->client.host;
  if (wanted->provenance == PROVENANCE_NEVER)
    return 0;
  struct chart_blob *blob = &chart->provenance;
  int32_t answer = load(helm, call, wanted, url, blob);
  auto_free char *shown = download_shown(wanted->repo_url, url);
  if (answer == ARTM_NO && wanted->provenance == PROVENANCE_REQUIRE)
    return fail(host, call, ARTM_E_POLICY, shown, "without 'provenance: require' it is optional",
                "no provenance file (" SUFFIX ") is there beside the archive");
  if (answer)
    return answer == ARTM_NO ? 0 : answer;
  auto_free char *name = file_name(wanted->repo_url, url);
  auto_free char *why = provenance_check(blob->data, blob->size, name, chart->digest);
  if (why)
    return fail(host, call, ARTM_E_DIGEST, shown,
                "its provenance is for another archive; 'provenance: never' would leave it out",
                "the provenance file does not fit: %.600s", why);
  if (digest_of(blob->data, blob->size, blob->digest))
    return 0;
  return artm_fail(host, call, ARTM_E_INTERNAL, "SHA-256 can't be computed", shown);
}
