/* SPDX-License-Identifier: Apache-2.0 */
/* Classes of network addresses, and the proxy that hides them. */
#include "http/address.h"
#include "base/memory.h"
#include "base/text.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static enum address_class classify_v4(uint32_t a) {
  if (a >> 24 == 127)
    return ADDRESS_LOOPBACK;
  if (a >> 24 == 0 || a >> 16 == 0xa9fe || a >> 28 >= 0xe)
    return ADDRESS_SPECIAL;
  if (a >> 24 == 10 || a >> 20 == 0xac1 || a >> 16 == 0xc0a8 || a >> 22 == 0x191)
    return ADDRESS_PRIVATE; /* RFC 1918, and 100.64.0.0/10 of RFC 6598 */
  return ADDRESS_PUBLIC;
}

static uint32_t load_v4(const unsigned char *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static enum address_class classify_v6(const unsigned char *a) {
  static const unsigned char zero[16], mapped[12] = {[10] = 0xff, [11] = 0xff};
  static const unsigned char nat64[12] = {0x00, 0x64, 0xff, 0x9b};
  if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0)
    return classify_v4(load_v4(a + 12));
  if (memcmp(a, zero, 15) == 0)
    return a[15] == 1 ? ADDRESS_LOOPBACK : ADDRESS_SPECIAL;
  if (memcmp(a, zero, 12) == 0)
    return classify_v4(load_v4(a + 12));
  if (a[0] == 0x20 && a[1] == 0x02) /* 6to4 */
    return classify_v4(load_v4(a + 2));
  if ((a[0] == 0xfe && (a[1] & 0xc0) == 0x80) || a[0] == 0xff)
    return ADDRESS_SPECIAL;
  if ((a[0] & 0xfe) == 0xfc || (a[0] == 0xfe && (a[1] & 0xc0) == 0xc0))
    return ADDRESS_PRIVATE;
  return ADDRESS_PUBLIC;
}

enum address_class address_classify(const struct sockaddr *address) {
  if (address->sa_family == AF_INET) {
    struct sockaddr_in in;
    memcpy(&in, address, sizeof in);
    return classify_v4(ntohl(in.sin_addr.s_addr));
  }
  if (address->sa_family == AF_INET6) {
    struct sockaddr_in6 in;
    memcpy(&in, address, sizeof in);
    return classify_v6(in.sin6_addr.s6_addr);
  }
  return ADDRESS_SPECIAL;
}

enum address_class address_classify_text(const char *text) {
  unsigned char v4[4], v6[16];
  if (inet_pton(AF_INET, text, v4) == 1)
    return classify_v4(load_v4(v4));
  return inet_pton(AF_INET6, text, v6) == 1 ? classify_v6(v6) : ADDRESS_SPECIAL;
}

static const char *variable(const char *name) {
  const char *value = getenv(name);
  return value && *value ? value : NULL;
}

/* "10.0.0.0/8" */
static bool in_network(const char *entry, size_t len, const char *host) {
  unsigned char network[16] = {0}, address[16] = {0};
  int64_t bits;
  auto_free char *text = str_copy_n(entry, len);
  char *slash = strchr(text, '/');
  int family = strchr(host, ':') ? AF_INET6 : AF_INET;
  *slash = 0;
  if (inet_pton(family, text, network) != 1 || inet_pton(family, host, address) != 1 ||
      !text_parse_int(slash + 1, &bits) || bits < 0 || bits > (family == AF_INET ? 32 : 128))
    return false;
  size_t whole = (size_t)bits / 8, rest = (size_t)bits % 8;
  return memcmp(network, address, whole) == 0 &&
         (rest == 0 || (network[whole] ^ address[whole]) >> (8 - rest) == 0);
}

static bool entry_matches(const char *entry, size_t len, const char *host) {
  if (memchr(entry, '/', len))
    return in_network(entry, len, host);
  if (len && entry[0] == '.') {
    entry++;
    len--;
  }
  size_t host_len = strlen(host);
  if (!len || len > host_len || strncasecmp(host + host_len - len, entry, len) != 0)
    return false;
  return len == host_len || host[host_len - len - 1] == '.';
}

static bool is_excluded(const char *host) {
  const char *list = variable("no_proxy");
  if (!list)
    list = variable("NO_PROXY");
  auto_free char *bare = str_copy(host[0] == '[' ? host + 1 : host);
  bare[strcspn(bare, "]")] = 0;
  for (const char *p = list ? list : ""; *p;) {
    size_t len = strcspn(p, ", ");
    if ((len == 1 && *p == '*') || entry_matches(p, len, bare))
      return true;
    p += len;
    p += strspn(p, ", ");
  }
  return false;
}

/* HTTP_PROXY in capitals is not read: a CGI server would take it from a request. */
const char *proxy_for(bool tls, const char *host) {
  static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy",
                                      "ALL_PROXY"};
  const char *proxy = NULL;
  for (size_t i = tls ? 0 : 2; !proxy && i < (tls ? 2 : 3); i++)
    proxy = variable(names[i]);
  for (size_t i = 3; !proxy && i < 5; i++)
    proxy = variable(names[i]);
  return proxy && !is_excluded(host) ? proxy : NULL;
}
