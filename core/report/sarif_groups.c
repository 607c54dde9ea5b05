/* SPDX-License-Identifier: Apache-2.0 */
/* Which scans make a SARIF run, and which of their findings it has room for. */
#include "base/map.h"
#include "base/memory.h"
#include "report/excerpt.h"
#include "report/sarif.h"
#include <stdlib.h>
#include <string.h>

enum grouping { BY_IMAGE, BY_REPOSITORY, BY_SCANNER, GROUPINGS };

static void add_id_part(struct buf *id, const char *text) {
  auto_free char *shown = excerpt(text, EXCERPT_NAME);
  const char *p = shown;
  while (*p == '/' || (p[0] == '.' && p[1] == '/'))
    p++;
  buf_printf(id, "%s/", *p != '\0' ? p : "unknown");
}

/* The registry and the tag belong to it: the same repository at two targets, or two tags of one,
 * are different categories. */
static char *group_id(enum grouping grouping, const struct sarif_part *part) {
  auto_buf id = {0};
  auto_free char *tag = job_tag(part->job);
  buf_text(&id, "artmirror/");
  if (grouping < BY_SCANNER)
    add_id_part(&id, part->scan->repository);
  if (grouping == BY_IMAGE) {
    add_id_part(&id, tag);
    add_id_part(&id, part->scan->platform);
  }
  return buf_take(&id);
}

/* Groups by id and scanner, and the ids that are taken. */
struct known {
  struct map groups, ids;
};

/* The first scanner of an image has the plain id, another one its name behind it. */
static char *take_id(struct known *known, const char *id, const char *plugin) {
  auto_free char *own = str_copy(id), *name = excerpt(plugin, EXCERPT_NAME);
  while (!map_put(&known->ids, own, NULL)) {
    char *longer = str_format("%s%s/", own, name);
    free(own);
    own = longer;
  }
  return take(own);
}

static struct sarif_group *group_of(struct sarif_groups *groups, struct known *known,
                                    enum grouping grouping, const struct sarif_part *part) {
  auto_free char *id = group_id(grouping, part);
  const char *plugin = part->scan->result->tool.plugin;
  auto_free char *key = str_format("%s\n%s", id, plugin != NULL ? plugin : "");
  size_t *index = map_get(&known->groups, key);
  if (index == NULL) {
    index = mem_alloc(sizeof *index);
    *index = groups->count;
    map_put(&known->groups, key, index);
    groups->items =
        mem_grow(groups->items, groups->count, &groups->capacity, sizeof *groups->items);
    groups->items[groups->count++] = (struct sarif_group){.id = take_id(known, id, plugin)};
  }
  return &groups->items[*index];
}

static void known_done(struct known *known) {
  for (size_t i = 0; i < known->groups.count; i++)
    free(known->groups.items[i].value);
  map_done(&known->groups);
  map_done(&known->ids);
}

/* A scan that was skipped is no run of a tool. */
static void group_by(enum grouping grouping, const struct run_report *report,
                     struct sarif_groups *groups) {
  __attribute__((cleanup(known_done))) struct known known = {0};
  for (size_t i = 0; i < report->job_count; i++)
    for (size_t j = 0; j < report->jobs[i]->scan_count; j++) {
      struct sarif_part part = {report->jobs[i], &report->jobs[i]->scans[j]};
      if (part.scan->result->status == SCAN_SKIPPED)
        continue;
      struct sarif_group *group = group_of(groups, &known, grouping, &part);
      group->parts =
          mem_grow(group->parts, group->part_count, &group->part_capacity, sizeof *group->parts);
      group->parts[group->part_count++] = part;
    }
}

void sarif_groups_done(struct sarif_groups *groups) {
  for (size_t i = 0; i < groups->count; i++) {
    free(groups->items[i].id);
    free(groups->items[i].parts);
    free(groups->items[i].results);
  }
  free(groups->items);
  *groups = (struct sarif_groups){0};
}

/* Equal ones stay in the order of the jobs: their parts and rows lie in arrays. */
static int compare_results(const void *left, const void *right) {
  const struct sarif_result *a = left, *b = right;
  unsigned mine = severity_rank(a->row->finding->severity);
  unsigned other = severity_rank(b->row->finding->severity);
  if (mine != other)
    return mine > other ? -1 : 1;
  if (a->part != b->part)
    return a->part < b->part ? -1 : 1;
  return a->row < b->row ? -1 : a->row > b->row;
}

static void collect_results(struct sarif_group *group) {
  for (size_t i = 0; i < group->part_count; i++) {
    const struct sarif_part *part = &group->parts[i];
    for (size_t j = 0; part->scan->result->status == SCAN_OK && j < part->scan->row_count; j++) {
      group->results = mem_grow(group->results, group->result_count, &group->result_capacity,
                                sizeof *group->results);
      group->results[group->result_count++] = (struct sarif_result){part, &part->scan->rows[j]};
    }
  }
  if (group->result_count > 1)
    qsort(group->results, group->result_count, sizeof *group->results, compare_results);
}

static size_t total_within(const struct sarif_groups *groups, size_t each) {
  size_t total = 0;
  for (size_t i = 0; i < groups->count; i++)
    total += groups->items[i].result_count < each ? groups->items[i].result_count : each;
  return total;
}

static void cut_results(struct sarif_groups *groups) {
  size_t each = SARIF_RESULTS_MAX;
  while (total_within(groups, each) > SARIF_TOTAL_MAX)
    each -= each / 10;
  for (size_t i = 0; i < groups->count; i++) {
    struct sarif_group *group = &groups->items[i];
    if (group->result_count <= each)
      continue;
    group->left_out = group->result_count - each;
    group->result_count = each;
  }
}

void sarif_groups_of(const struct run_report *report, struct sarif_groups *ret) {
  for (int grouping = BY_IMAGE; grouping < GROUPINGS; grouping++) {
    sarif_groups_done(ret);
    group_by((enum grouping)grouping, report, ret);
    ret->merged = grouping > BY_IMAGE;
    if (ret->count <= SARIF_RUNS_MAX)
      break;
  }
  for (size_t i = 0; i < ret->count; i++)
    collect_results(&ret->items[i]);
  cut_results(ret);
}
