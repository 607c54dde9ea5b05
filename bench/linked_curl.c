/* SPDX-License-Identifier: Apache-2.0 */
/* The least that a program does which links libcurl: its global init. */
#include <curl/curl.h>

int main(void) {
  return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : 1;
}
