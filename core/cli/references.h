/* SPDX-License-Identifier: Apache-2.0 */
/* References of the command line (mirror REF, inspect REF) made into entries. */
#ifndef CLI_REFERENCES_H
#define CLI_REFERENCES_H
#include "cli/session.h"

/* Fills the session's entries from references; it has its services. What is wrong with an entry
 * stands in the session's problems. */
int references_read(struct session *, const struct strings *references, struct error *err);
#endif
