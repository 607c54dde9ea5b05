/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses in a chart repository, resolved as Helm resolves them. */
#ifndef PLUGINS_HELM_URLS_H
#define PLUGINS_HELM_URLS_H
#include <stdbool.h>

/* An absolute reference stays as it is. Else: the base's path gets a "/" at its end if it has none,
 * then RFC 3986 section 5.2, then the base's query replaces the reference's; a reference to another
 * host ("//host/path") keeps its own, as a query may hold a token. Characters that no URL may have
 * are percent-encoded. NULL: not resolvable. Caller frees. */
char *url_resolve_in(const char *repo_url, const char *reference);
/* Puts text at the end of the path, before the query. Caller frees. */
char *url_with_suffix(const char *url, const char *suffix);
/* "https://host:port" with the default port left out, lower case; NULL if it has no host. Caller
 * frees. */
char *url_origin(const char *url);
/* The last component of the path, before the query. Caller frees. */
char *url_base_name(const char *url);

bool url_has_scheme(const char *url, const char *scheme);
/* The same without userinfo, query and fragment, for people. Caller frees. */
char *url_shown(const char *url);
/* The same without a slash at the end of its path: one repository has one key. Caller frees. */
char *url_without_slash(const char *url);
/* The decoded absolute path of a file:// URL of this machine. NULL: it is none, or holds %00 or a
 * ".." component. Caller frees. */
char *url_file_path(const char *url);
#endif
