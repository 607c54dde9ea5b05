/* SPDX-License-Identifier: Apache-2.0 */
/* Lists that plugins give. */
#ifndef PLUGIN_LISTS_H
#define PLUGIN_LISTS_H
#include "base/call.h"
#include "oci/manifest.h"

#define DESCRIPTORS_MAX 10000 /* of one list */

struct descriptor_list {
  struct descriptor *items;
  size_t count, capacity;
};
void descriptor_list_done(struct descriptor_list *);
#define auto_descriptors __attribute__((cleanup(descriptor_list_done))) struct descriptor_list

/* Takes one version that is lent, with a name and, if any, a well-formed digest. 0, or negative
 * with the error in the call: that ends the listing. */
typedef int32_t version_taker(void *arg, struct artm_call *, const struct artm_version *);
#endif
