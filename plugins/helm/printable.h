/* SPDX-License-Identifier: Apache-2.0 */
/* Text from outside in messages. */
#ifndef PLUGINS_HELM_PRINTABLE_H
#define PLUGINS_HELM_PRINTABLE_H

/* Up to 200 bytes of it, with "?" for control characters. Caller frees. */
char *printable(const char *text);
#endif
