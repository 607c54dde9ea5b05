/* SPDX-License-Identifier: Apache-2.0 */
/* How far a server's words may lead us: classes of network addresses. */
#ifndef HTTP_ADDRESS_H
#define HTTP_ADDRESS_H
#include <stdbool.h>
#include <sys/socket.h>

/* Each class may lead to itself and those before it. */
enum address_class { ADDRESS_PUBLIC, ADDRESS_PRIVATE, ADDRESS_LOOPBACK, ADDRESS_SPECIAL };

/* SPECIAL: link-local (cloud metadata), unspecified, multicast, and what is no IP address. */
enum address_class address_classify(const struct sockaddr *);
enum address_class address_classify_text(const char *); /* "127.0.0.1", "::1" */

/* The environment's proxy for this host, or NULL. Its address is then not ours to see, so libcurl
 * is told this very answer and looks for none itself. */
const char *proxy_for(bool tls, const char *host);
#endif
