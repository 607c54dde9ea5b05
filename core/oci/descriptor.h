/* SPDX-License-Identifier: Apache-2.0 */
/* Reading one descriptor from a parsed manifest. */
#ifndef OCI_DESCRIPTOR_H
#define OCI_DESCRIPTOR_H
#include "oci/manifest.h"

/* ARTM_E_DIGEST with what is wrong, without the descriptor's place. ret borrows json. */
int descriptor_read(const json_t *json, struct descriptor *ret, struct error *err);
#endif
