/* SPDX-License-Identifier: Apache-2.0 */
/* What every command that reads the config starts with: the document, the plugins that it uses, its
 * entries, and, for runs, the services and instances behind them. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H
#include "cli/app.h"
#include "cli/scanners.h"
#include "cli/targets.h"
#include "engine/versions.h"
#include "matrix/matrix.h"
#include "plugin/host.h"
#include "plugin/source.h"
#include "plugin/state.h"

struct session {
  struct app *app;
  struct document document;
  struct settings settings;
  struct problems problems;
  /* the sections in use, one each; the arrays never move */
  struct section_schema *schemas;
  struct plugin **plugins;
  struct artm_config *options; /* of the source, from "plugins:" */
  struct source **sources;     /* made by session_source */
  size_t schema_count;
  struct targets targets; /* of the config, not created */
  struct session_scanners scanners;
  struct entries entries;
  struct matrix all;              /* everything that the config has */
  struct resolutions resolutions; /* of selectors, once they were tried */
  struct arena memory;            /* of references of the command line and of absolute paths */
  /* made by session_services */
  struct host_facts facts;
  struct host_services services;
};

/* Finds and reads the config, its sections and entries. What is wrong inside it stands in problems;
 * err: no config. */
int session_load(struct session *, struct app *, struct error *err);
/* Only the settings, and only if there is a config or --config names one. */
int session_load_settings(struct session *, struct app *, struct error *err);
/* Logs the problems; false if there is an error among them. */
bool session_is_valid(struct session *);
/* Opens a plugin's source for use and returns the index of its schema, or ARTM_E_CONFIG. */
int session_use(struct session *, struct plugin *, struct error *err);
/* HTTP and state, for commands that talk to somebody. */
void session_services(struct session *);
/* Makes the source of a schema, once. */
int session_source(struct session *, size_t schema, struct error *err);
void session_done(struct session *);
#endif
