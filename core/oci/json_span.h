/* SPDX-License-Identifier: Apache-2.0 */
/* Where the items of an array stand in the bytes of a JSON document that was parsed before. */
#ifndef OCI_JSON_SPAN_H
#define OCI_JSON_SPAN_H
#include <stdbool.h>
#include <stddef.h>

struct json_span {
  size_t offset, size;
};
/* Finds the count items of the array that is the value of the top object's member number index
 * (from 0, in the order of the document). False if the document is not of that shape. */
bool json_span_items(const char *bytes, size_t size, size_t index, struct json_span *items,
                     size_t count);
#endif
