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

/* Whether libcurl will use a proxy of the environment for this host: its address is then not ours
 * to see. */
bool proxy_applies(bool tls, const char *host);
#endif
