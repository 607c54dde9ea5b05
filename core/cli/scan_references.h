/* SPDX-License-Identifier: Apache-2.0 */
/* References of 'artmirror scan': TARGET/REPOSITORY[:TAG][@DIGEST], or without TARGET/ where
 * --target names it. */
#ifndef CLI_SCAN_REFERENCES_H
#define CLI_SCAN_REFERENCES_H
#include "cli/session.h"

/* Makes the rows, and adds the targets that the references or --target name. */
int scan_references_read(struct session *, const struct arguments *, struct targets *,
                         struct matrix *ret, struct error *err);
#endif
