/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of regsync's sync: an image or a repository each. */
#include "base/text.h"
#include "import/gotemplate.h"
#include "import/regsync.h"
#include "oci/digest.h"
#include "oci/platform.h"
#include "oci/reference.h"
#include <string.h>

/* "host/repository:tag@digest" taken apart. */
struct place {
  char *repository; /* with its host if it has one */
  char *tag, *digest;
};

static void place_done(struct place *place) {
  free_pointer(&place->repository);
  free_pointer(&place->tag);
  free_pointer(&place->digest);
}

static bool place_parse(const char *text, struct place *ret) {
  struct digest parsed;
  const char *at = strchr(text, '@');
  auto_free char *name = at ? str_copy_n(text, (size_t)(at - text)) : str_copy(text);
  const char *slash = strrchr(name, '/');
  char *colon = strchr(slash ? slash : name, ':');
  *ret = (struct place){.tag = colon ? str_copy(colon + 1) : NULL,
                        .digest = at ? str_copy(at + 1) : NULL};
  if (colon)
    *colon = '\0';
  ret->repository = take(name);
  return (!ret->tag || reference_is_tag(ret->tag)) &&
         (!ret->digest || digest_parse(ret->digest, &parsed));
}

/* The step being read. */
struct step {
  struct import *import;
  const struct node *node, *defaults;
  struct import_item item;
  struct place source, target;
};

static const struct node *at(const struct step *step, const char *key) {
  const struct node_pair *pair = node_pair(step->node, key);
  return pair ? pair->key : step->node;
}

static bool lost(struct step *step, const char *key, const char *why) {
  const struct node_pair *pair = node_pair(step->node, key);
  auto_free char *what = pair ? remark_pair(pair) : str_copy(key);
  remark_lost(step->import, &step->item.remarks, at(step, key), what, "%s", why);
  return false;
}

/* --- referrers */

/* What referrers: becomes, as written. */
char *referrers_of(struct import *import, struct map *remarks, const struct node *map,
                   const struct node *defaults) {
  bool referrers = bool_at(map, "referrers", bool_at(defaults, "referrers", false));
  bool tags = bool_at(map, "digestTags", bool_at(defaults, "digestTags", false));
  const struct node *filters = node_get(map, "referrerFilters");
  if (is_nothing(filters))
    filters = node_get(defaults, "referrerFilters");
  auto_strings types = {0};
  bool all = is_nothing(filters) || filters->kind != NODE_LIST;
  for (uint32_t i = 0; !all && i < filters->count; i++) {
    const struct node *type = node_get(filters->items[i], "artifactType");
    const char *text = is_nothing(type) ? "" : text_of(import, type, "artifactType");
    if (text && *text && is_nothing(node_get(filters->items[i], "annotations"))) {
      strings_add(&types, text);
      continue;
    }
    all = true;
    if (referrers && node_pair(map, "referrerFilters"))
      remark_lost(import, remarks, filters, "referrerFilters",
                  "referrers are chosen by artifact type alone; all are mirrored");
  }
  if (!referrers || all || types.count == 0)
    return str_copy(referrers || tags ? "true" : "false");
  auto_buf list = {0};
  write_list(&list, &types);
  return str_format("{artifact_types: %s}", list.data);
}

static void read_referrers(struct step *step) {
  struct import *import = step->import;
  auto_free char *text = referrers_of(import, &step->item.remarks, step->node, step->defaults);
  if (strcmp(text, import->referrers ? import->referrers : "false") != 0)
    step->item.referrers = arena_copy(&import->memory, text);
}

/* --- platforms */

static void read_platforms(struct step *step) {
  struct import *import = step->import;
  auto_strings several = {0};
  struct platform parsed;
  const char *one = text_at(import, step->node, "platform");
  if (!texts_at(import, step->node, "platforms", &several) || !one)
    return;
  if (*one) {
    if (platform_parse(one, &parsed)) {
      strings_add(&step->item.platforms, one);
      lost(step, "platform", "the tag gets an index with this one platform, not its bare manifest");
    } else {
      lost(step, "platform", "it is not OS/ARCHITECTURE[/VARIANT]; all platforms are mirrored");
    }
    return;
  }
  for (size_t i = 0; i < several.count; i++)
    if (!platform_parse(several.items[i], &parsed)) {
      auto_free char *why = str_format("'%.100s' is not OS/ARCHITECTURE[/VARIANT]; all platforms "
                                       "are mirrored",
                                       several.items[i]);
      lost(step, "platforms", why);
      return;
    }
  for (size_t i = 0; i < several.count; i++)
    strings_add(&step->item.platforms, several.items[i]);
  step->item.sparse = several.count > 0;
}

/* --- source and target */

/* Fills the template of source or target and takes it apart. */
static bool read_place(struct step *step, const char *key, const char *source, struct place *ret) {
  auto_error err = {0};
  auto_free char *filled = NULL;
  const char *text = text_at(step->import, step->node, key);
  if (!text)
    return false;
  if (!*text) {
    problem_add(step->import->problems, step->node, "missing-field", "this step has no '%s'", key);
    return false;
  }
  if (gotemplate_fill(text, step->node, source, &filled, &err) != 0)
    return lost(step, key, err.message);
  if (strstr(filled, "://"))
    return lost(step, key,
                "only registries are carried over; for folders see artmirror-oci-layout(7)");
  if (!place_parse(filled, ret))
    return lost(step, key, "its tag or digest is none");
  return true;
}

static bool read_places(struct step *step) {
  struct import *import = step->import;
  struct import_item *item = &step->item;
  auto_error err = {0};
  if (!read_place(step, "source", NULL, &step->source))
    return false;
  auto_free char *whole =
      str_format("%s%s%s%s%s", step->source.repository, step->source.tag ? ":" : "",
                 step->source.tag ? step->source.tag : "", step->source.digest ? "@" : "",
                 step->source.digest ? step->source.digest : "");
  if (!read_place(step, "target", whole, &step->target))
    return false;
  auto_free char *what = remark_pair(node_pair(step->node, "source"));
  if (!item_source(import, item, at(step, "source"), what, step->source.repository))
    return false;
  if (reference_split(import, step->target.repository, &item->target_registry,
                      &item->target_repository, &err) != 0)
    return lost(step, "target", err.message);
  return true;
}

/* --- versions */

/* Two sources for one tag: the later step would win, and we refuse such a config. */
static bool is_taken(struct step *step, const char *tag) {
  struct import *import = step->import;
  const struct import_item *item = &step->item;
  auto_free char *place =
      str_format("%s/%s:%s", item->target_registry, item->target_repository, tag);
  auto_free char *source =
      str_format("%s:%s@%s", step->source.repository, step->source.tag ? step->source.tag : "",
                 step->source.digest ? step->source.digest : "");
  const char *other = map_get(&import->taken, place);
  if (other && strcmp(other, source) != 0)
    return true;
  map_put(&import->taken, place, arena_copy(&import->memory, source));
  import->size += strlen(place) + strlen(source);
  return false;
}

static bool read_image(struct step *step) {
  struct import_item *item = &step->item;
  const char *digest = step->source.digest;
  const char *tag = step->source.tag ? step->source.tag : digest ? NULL : "latest";
  const char *target = step->target.tag ? step->target.tag : "latest";
  auto_buf version = {0};
  if (step->target.digest)
    return lost(step, "target", "a target can't be a digest");
  if (is_taken(step, target))
    return lost(step, "target", "another step has the same target and another source");
  if (digest) {
    buf_text(&version, "{tag: ");
    write_quoted(&version, target);
    buf_text(&version, ", digest: ");
    write_quoted(&version, digest);
    buf_text(&version, "}");
  } else {
    write_quoted(&version, tag);
    if (strcmp(tag, target) != 0)
      item->target_tag = arena_copy(&step->import->memory, target);
  }
  item_version(step->import, item, version.data);
  return true;
}

static bool has_filter(const struct node *set) {
  static const char *const keys[] = {"allow", "deny", "semverRange"};
  for (size_t i = 0; i < COUNT(keys); i++) {
    const struct node *list = node_get(set, keys[i]);
    if (!is_nothing(list) && (list->kind != NODE_LIST || list->count > 0))
      return true;
  }
  return false;
}

static bool read_repository(struct step *step) {
  struct import *import = step->import;
  if (step->source.tag || step->source.digest || step->target.tag || step->target.digest)
    return lost(step, "type", "a repository has neither a tag nor a digest");
  const struct node *tags = map_at(import, step->node, "tags");
  const struct node *sets = node_get(step->node, "tagSets");
  bool some = false;
  for (uint32_t i = 0; !is_nothing(sets) && sets->kind == NODE_LIST && i < sets->count; i++) {
    some = true;
    if (sets->items[i]->kind == NODE_MAP)
      select_set(import, &step->item, sets->items[i]);
  }
  if (tags && has_filter(tags))
    select_set(import, &step->item, tags);
  else if (!some)
    select_all(import, &step->item);
  return true;
}

/* --- limits */

static int64_t least_pulls(const struct node *map) {
  const char *text = node_text(node_get(node_get(map, "ratelimit"), "min"));
  int64_t number;
  return text && text_parse_int(text, &number) && number > 0 ? number : 0;
}

static void read_limit(struct step *step) {
  struct import *import = step->import;
  int64_t least = least_pulls(step->node);
  if (!least)
    least = least_pulls(step->defaults);
  const char *registry = step->item.registry;
  if (!least || !registry || !import->lookup->has_budget(import->lookup->arg, registry))
    return;
  struct import_registry *settings = registry_for(import, registry);
  if (settings->min_remaining < least)
    settings->min_remaining = least;
}

void remark_retry(struct import *import, struct map *remarks, const struct node *map) {
  const struct node *limit = node_get(map, "ratelimit");
  const struct node_pair *retry = node_pair(limit, "retry");
  if (!retry || !least_pulls(map))
    return;
  auto_free char *what = remark_pair(retry);
  auto_free char *whole = str_format("ratelimit.%s", what);
  remark_lost(import, remarks, retry->key, whole,
              "with too few pulls left artmirror stops, it does not wait");
}

/* --- the whole */

static bool read_step(struct step *step) {
  const char *type = text_at(step->import, step->node, "type");
  if (!type)
    return false;
  if (strcmp(type, "registry") == 0)
    return lost(step, "source", "a whole registry can't be mirrored; name its repositories");
  bool image = strcmp(type, "image") == 0;
  if (!image && strcmp(type, "repository") != 0)
    return lost(step, "type", "it is neither image nor repository");
  if (!read_places(step))
    return false;
  read_platforms(step);
  read_referrers(step);
  read_limit(step);
  return image ? read_image(step) : read_repository(step);
}

void import_step(struct import *import, const struct node *node, const struct node *defaults) {
  static const struct key_rule rules[] = {
      {.name = "source"}, {.name = "target"},   {.name = "type"},
      {.name = "tags"},   {.name = "tagSets"},  {.name = "platforms"},
      {.name = "repos"},  {.name = "platform"}, SHARED_RULES};
  struct step step = {.import = import, .node = node, .defaults = defaults};
  import->size += sizeof step.item;
  if (!read_step(&step))
    step.item.fields = NULL;
  else
    remark_keys(import, &step.item.remarks, node, rules, COUNT(rules), false);
  remark_retry(import, &step.item.remarks, node);
  item_add(import, &step.item);
  item_done(&step.item);
  place_done(&step.source);
  place_done(&step.target);
}
