/* SPDX-License-Identifier: Apache-2.0 */
/* The scanners of a session: those that the config names, that are on by default, or that a flag
 * asks for. */
#ifndef CLI_SCANNERS_H
#define CLI_SCANNERS_H
#include "cli/app.h"
#include "config/scanning.h"
#include "engine/run.h"

struct session;
struct session_scanners {
  bool run; /* set before the load: the command scans, so default ones are opened too */
  struct strings wanted; /* --scanner; set before the load */
  /* one each, in the order of the plugins' search; the arrays never move */
  struct scanner_schema *schemas;
  struct plugin **plugins;
  struct run_scanner *runs; /* made by scanners_create */
  size_t count;
};

/* Opens the plugins and checks scanners: and gate: of the top level, into the session's problems.
 */
void scanners_load(struct session *);
struct scanners scanners_open(const struct session *);
/* The flags --scan, --no-scan and --scanner of a command that scans; fills wanted.
 * ARTM_E_CONFIG: they contradict each other. */
int scanners_read_flags(const struct arguments *, struct session_scanners *, struct error *err);
/* Makes the instances that the rows need. ARTM_E_CONFIG: a --scanner that nobody offers, or a gate
 * that blocks would be left without its scan. Single-threaded only. */
int scanners_create(struct session *, const struct arguments *, const struct matrix *,
                    struct error *err);
/* Was any instance made? */
bool scanners_are_used(const struct session_scanners *);
void scanners_done(struct session_scanners *);
#endif
