/* SPDX-License-Identifier: Apache-2.0 */
/* scanners:, gate: and reports: of the top level. */
#include "config/path.h"
#include "config/settings_part.h"

void settings_read_scanning(struct settings *settings, const struct node *scanners,
                            const struct node *gate, const struct node *reports,
                            struct problems *problems) {
  const struct field_table *table = settings_tables()->reports;
  settings->reports = (struct artm_config){table, NULL, NULL};
  if (scanners && settings_want_map("'scanners'", scanners, problems))
    settings->scanners = scanners;
  if (gate && settings_want_map("'gate'", gate, problems))
    settings->gate = gate;
  if (reports && settings_want_map("'reports'", reports, problems) &&
      field_check_some(table, reports, NULL, 0, "reports", problems))
    settings->reports.node = paths_make_absolute(table, reports, &settings->memory);
}
