/* SPDX-License-Identifier: Apache-2.0 */
/* References of the command line: oci-layout:PATH:TAG, oci-layout:PATH[:TAG]@DIGEST. */
#ifndef LAYOUT_PARSE_H
#define LAYOUT_PARSE_H
#include <artmirror/host.h>

/* Adds the fields path, name (the folder's own, in lower case) and versions. */
int32_t parse_reference(const struct artm_host *, struct artm_call *, const char *reference,
                        struct artm_pair_sink *);
#endif
