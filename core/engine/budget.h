/* SPDX-License-Identifier: Apache-2.0 */
/* Counted pulls: a registry that limits them says how many are left, and the user may keep some. */
#ifndef ENGINE_BUDGET_H
#define ENGINE_BUDGET_H
#include "engine/run.h"

struct budget_table;
struct budget_table *budget_table_new(struct http_client *);
void budget_table_free(struct budget_table *);
/* Before one counted manifest GET of this artefact. ARTM_E_RATE_LIMIT if that would take what
 * min_remaining keeps. Nothing for an artefact that is not counted. */
int budget_take(struct budget_table *, const struct artefact *, struct error *err);
/* After it. */
void budget_return(struct budget_table *, const struct artefact *);
/* Adds to what a plan needs. */
void budget_need(struct budget_table *, const struct artefact *, uint64_t pulls);
/* The user keeps some of this artefact's budget and the registry has not told it yet. */
bool budget_is_unknown(struct budget_table *, const struct artefact *);
/* One row a registry, for the report. */
void budget_report(struct budget_table *, struct run_report *);
#endif
