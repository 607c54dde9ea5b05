/* SPDX-License-Identifier: Apache-2.0 */
/* From what is selected to the rows of a run: selectors are tried where there are any. */
#ifndef CLI_RESOLVE_H
#define CLI_RESOLVE_H
#include "cli/session.h"

/* Asks the sources for what the selectors of these rows pick from, into session->resolutions. */
int session_list(struct session *, const struct matrix *selected, uint32_t parallel,
                 struct error *err);
/* Tries the selectors of the rows that are selected, so far unresolved, and selects again among
 * what they picked; section NULL: of all. parallel: workers, 0: as the config says. A selector that
 * fails leaves a row with its error. ARTM_E_CONFIG: two rows collide now (the session's problems,
 * logged), or the selection matches nothing any more. Makes services and sources as needed. */
int session_resolve(struct session *, const struct selection *, const char *section,
                    uint32_t parallel, struct matrix *selected, struct error *err);
#endif
