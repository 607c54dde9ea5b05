/* SPDX-License-Identifier: Apache-2.0 */
/* From what is selected to the rows of a run. */
#include "cli/resolve.h"

static int make_sources(struct session *session, const struct matrix *selected, struct error *err) {
  if (session->services.http == NULL)
    session_services(session);
  for (size_t i = 0; i < session->schema_count; i++)
    if (matrix_section_count(selected, &session->schemas[i]) > 0 &&
        session_source(session, i, err) != 0)
      return err->code;
  return 0;
}

int session_list(struct session *session, const struct matrix *selected, uint32_t parallel,
                 struct error *err) {
  if (make_sources(session, selected, err) != 0)
    return err->code;
  const struct run_input input = {.matrix = selected,
                                  .sources = session->sources,
                                  .schemas = session->schemas,
                                  .schema_count = session->schema_count,
                                  .cancel = session->app->cancel};
  resolutions_done(&session->resolutions);
  const struct artm_config *run = &session->settings.run;
  uint32_t workers = parallel > 0 ? parallel : (uint32_t)config_number(run, "parallel", 0);
  uint32_t retries = (uint32_t)config_number(run, "retries", 0);
  versions_resolve(&input, &session->entries, workers, retries, &session->resolutions);
  return 0;
}

int session_resolve(struct session *session, const struct selection *selection, const char *section,
                    uint32_t parallel, struct matrix *selected, struct error *err) {
  if (!matrix_is_unresolved(selected))
    return 0;
  if (session_list(session, selected, parallel, err) != 0)
    return err->code;
  versions_apply(&session->resolutions, &session->entries);
  matrix_done(selected);
  matrix_done(&session->all);
  problems_done(&session->problems); /* shown before */
  session->problems = (struct problems){0};
  matrix_expand(&session->entries, &session->all, &session->problems);
  problems_sort(&session->problems);
  if (!session_is_valid(session))
    return error_set(err, ARTM_E_CONFIG, "what the selectors pick collides");
  if (selection_check(selection, &session->entries, err) != 0)
    return err->code;
  matrix_select(&session->all, selection, section, selected);
  return 0;
}
