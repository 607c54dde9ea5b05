/* SPDX-License-Identifier: Apache-2.0 */
/* What refers to a digest at the source: its own list, else the index under the referrers tag; and
 * the older tags of signatures. */
#include "base/map.h"
#include "engine/backoff.h"
#include "engine/referrers.h"
#include <stdlib.h>

#define LISTED_MAX 100000

static struct referrer *list_add(struct referrer_list *list, const struct descriptor *descriptor) {
  list->items = mem_grow(list->items, list->count, &list->capacity, sizeof *list->items);
  struct referrer *referrer = &list->items[list->count++];
  *referrer = (struct referrer){0};
  descriptor_copy(&referrer->descriptor, descriptor);
  free(take(referrer->descriptor.data)); /* read again if it is needed: there may be many */
  return referrer;
}

static void list_free(struct referrer_list *list) {
  for (size_t i = 0; i < list->count; i++) {
    descriptor_done(&list->items[i].descriptor);
    free(list->items[i].tag);
  }
  free(list->items);
  free(list);
}

void referrer_lists_free(struct map *lists) {
  for (size_t i = 0; i < lists->count; i++)
    list_free(lists->items[i].value);
  map_done(lists);
}

/* 0, or ARTM_E_UNSUPPORTED: the source lists none. */
static int ask_source(struct row *row, struct artm_call *call, const struct digest *subject,
                      struct referrer_list *list) {
  auto_descriptors found = {0};
  int result;
  for (uint32_t attempt = 1;; attempt++) {
    result = source_referrers(row->artefact, call, subject, &found);
    if (result == 0 || result == ARTM_E_UNSUPPORTED)
      break;
    result = backoff_retry(call, attempt, row->run->options->retries);
    if (result < 0)
      return result;
  }
  for (size_t i = 0; i < found.count; i++)
    list_add(list, &found.items[i]);
  return result;
}

static int read_index(struct row *row, struct job *job, struct artm_call *call,
                      const struct digest *subject, struct referrer_list *list) {
  char tag[REFERRERS_TAG_MAX + 1];
  referrers_tag(subject, tag);
  auto_descriptor read = {0};
  int result = row_manifest(row, job, call, tag, &read);
  if (result != 0)
    return result < 0 ? result : 0;
  struct referrers_index index;
  result = referrers_index_read(&read, &index, &call->error);
  if (result < 0)
    return error_wrap(&call->error, "the list of referrers %s at the source can't be used", tag);
  struct map seen = {0};
  for (size_t i = 0; i < index.count; i++)
    if (map_put(&seen, index.items[i].digest.text, list))
      list_add(list, &index.items[i]);
  map_done(&seen);
  list->malformed = index.malformed;
  referrers_index_done(&index);
  return 0;
}

static int read_old_tags(struct row *row, struct job *job, struct artm_call *call,
                         const struct digest *subject, struct referrer_list *list) {
  char tag[REFERRERS_TAG_MAX + 1];
  for (size_t kind = 0; referrers_old_tag(subject, kind, tag); kind++) {
    auto_descriptor read = {0};
    int result = row_manifest(row, job, call, tag, &read);
    if (result < 0)
      return error_wrap(&call->error, "the tag %s at the source", tag);
    if (result == 0)
      list_add(list, &read)->tag = str_copy(tag);
  }
  return 0;
}

static int find(struct row *row, struct job *job, struct artm_call *call,
                const struct digest *subject, struct referrer_list *list) {
  list->unknown = row->run->options->plan_only && row->artefact->counted;
  int result = ask_source(row, call, subject, list);
  if (result == ARTM_E_UNSUPPORTED) {
    error_done(&call->error);
    result = list->unknown ? 0 : read_index(row, job, call, subject, list);
  }
  if (result == 0 && !list->unknown)
    result = read_old_tags(row, job, call, subject, list);
  return result;
}

int referrers_find(struct row *row, struct job *job, struct artm_call *call,
                   const struct digest *subject, const struct referrer_list **ret) {
  struct referrer_list *list = map_get(&row->referrers, subject->text);
  if (!list) {
    list = mem_alloc(sizeof *list);
    int result = find(row, job, call, subject, list);
    if (result < 0) {
      list_free(list);
      return result;
    }
    row->referrer_count += list->count;
    map_put(&row->referrers, subject->text, list);
    if (row->referrer_count > LISTED_MAX)
      return call_fail(call, ARTM_E_DIGEST, "more than %d referrers are listed in all", LISTED_MAX);
  }
  *ret = list;
  return 0;
}

static bool matches(void *arg, const char *type) {
  const struct referrer_rule *rule = arg;
  for (size_t i = 0; i < rule->type_count; i++)
    if (text_glob(rule->types[i], type))
      return true;
  return false;
}

bool referrer_may_be_wanted(const struct entry *entry, const struct referrer *referrer,
                            bool *ret_sure) {
  struct referrer_rule rule = entry->referrers;
  const char *type = referrer->descriptor.artifact_type;
  *ret_sure = !rule.type_count || artifact_type_is_telling(type);
  return !rule.type_count || !*ret_sure || matches(&rule, type);
}

bool referrer_is_wanted(const struct entry *entry, const struct manifest *manifest) {
  struct referrer_rule rule = entry->referrers;
  return !rule.type_count || manifest_is_type(manifest, matches, &rule);
}
