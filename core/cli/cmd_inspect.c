/* SPDX-License-Identifier: Apache-2.0 */
/* artmirror inspect: the manifests behind a reference. */
#include "base/json.h"
#include "cli/references.h"
#include "oci/manifest.h"
#include "report/guard.h"
#include <string.h>

static const struct option options[] = {
    {"format", 0, "FORMAT", "text|json", "text or json"},
    {"raw", 0, NULL, NULL, "print the manifest itself, byte for byte"},
};

static void add_value(struct buf *out, const char *indent, const char *label, const char *text) {
  auto_free char *escaped = text_escaped(text != NULL && *text != '\0' ? text : "unknown");
  buf_printf(out, "%s%-11s %s\n", indent, label, escaped);
}

static void add_descriptor(struct buf *out, const char *name, const struct descriptor *item) {
  auto_free char *size = text_size(item->size);
  char platform[96];
  if (name != NULL)
    buf_printf(out, "  %-11s %s@%s\n", "Name:", name, item->digest.text);
  else
    add_value(out, "  ", "Digest:", item->digest.text);
  add_value(out, "  ", "MediaType:", item->media_type);
  if (item->has_platform) {
    platform_format(&item->platform, platform);
    add_value(out, "  ", "Platform:", platform);
  }
  const char *subject = attestation_subject(item);
  if (subject != NULL)
    add_value(out, "  ", "Attests:", subject);
  add_value(out, "  ", "Size:", size);
}

static uint64_t content_size(const struct manifest *manifest) {
  uint64_t total = manifest->config.size;
  for (size_t i = 0; i < manifest->item_count; i++)
    total += manifest->items[i].size;
  return total;
}

static void print_text(const char *reference, const struct manifest *manifest, struct buf *out) {
  bool index = manifest->kind == MANIFEST_INDEX;
  auto_free char *name = text_escaped(reference);
  auto_free char *bare = str_copy_n(name, strcspn(name, "@"));
  add_value(out, "", "Name:", reference);
  add_value(out, "", "MediaType:", manifest->media_type);
  add_value(out, "", "Digest:", manifest->digest.text);
  if (index) {
    buf_text(out, "\nManifests:\n");
  } else {
    auto_free char *total = text_size(content_size(manifest));
    add_value(out, "", "Size:", total);
    buf_text(out, "\nConfig:\n");
    add_descriptor(out, NULL, &manifest->config);
    buf_text(out, "\nLayers:\n");
  }
  for (size_t i = 0; i < manifest->item_count; i++) {
    if (i > 0)
      buf_text(out, "\n");
    add_descriptor(out, index ? bare : NULL, &manifest->items[i]);
  }
}

static json_t *descriptor_json(const struct descriptor *item) {
  char platform[96] = "";
  if (item->has_platform)
    platform_format(&item->platform, platform);
  return json_pack("{s:s*, s:s, s:I, s:s*}", "mediaType", item->media_type, "digest",
                   item->digest.text, "size", (json_int_t)item->size, "platform",
                   item->has_platform ? platform : NULL);
}

static void print_json(const char *reference, const struct manifest *manifest, struct buf *out) {
  bool index = manifest->kind == MANIFEST_INDEX;
  auto_json document = json_pack("{s:o, s:s, s:s, s:I}", "name", guard_string(reference),
                                 "mediaType", manifest->media_type, "digest", manifest->digest.text,
                                 "size", (json_int_t)manifest->size);
  json_t *items = json_array();
  for (size_t i = 0; i < manifest->item_count; i++)
    json_array_append_new(items, descriptor_json(&manifest->items[i]));
  if (!index)
    json_object_set_new(document, "config", descriptor_json(&manifest->config));
  json_object_set_new(document, index ? "manifests" : "layers", items);
  auto_free char *text = json_dumps(document, JSON_INDENT(2));
  guard_json(out, text);
  buf_text(out, "\n");
}

/* The root with its bytes. */
static int read_root(struct artefact *artefact, struct artm_call *call, struct descriptor *ret) {
  auto_descriptor found = {0};
  int result = source_resolve(artefact, call, &found);
  if (result == ARTM_DEFERRED)
    return source_fetch(artefact, call, ret);
  if (result < 0)
    return result;
  if (found.data != NULL) {
    *ret = found;
    found = (struct descriptor){0};
    return 0;
  }
  result = source_manifest(artefact, call, found.digest.text, ret);
  return result == ARTM_NO ? call_fail(call, ARTM_E_NOT_FOUND, "%s: its manifest %s is not there",
                                       artefact->reference, found.digest.text)
                           : result;
}

static int show(struct app *app, const struct arguments *arguments, const char *reference,
                const struct descriptor *root, struct error *err) {
  struct manifest *manifest;
  auto_buf out = {0}, text = {0};
  if (argument_is_given(arguments, "raw")) {
    app_print(app, root->data, root->data_size);
    return 0;
  }
  if (manifest_parse(root->data, root->data_size, root->media_type, &manifest, err) != 0)
    return error_wrap(err, "%s", reference);
  if (text_equal(argument_value(arguments, "format"), "json"))
    print_json(reference, manifest, &out);
  else
    print_text(reference, manifest, &text);
  guard_text(&out, text.data != NULL ? text.data : "");
  manifest_free(manifest);
  app_print(app, out.data, out.len);
  return 0;
}

static int inspect(struct session *session, const struct arguments *arguments, struct error *err) {
  const struct entry *item = &session->entries.items[0];
  const struct version_item *version = &item->versions[0];
  size_t at = (size_t)(item->schema - session->schemas);
  struct source *source = session->sources[at];
  struct artefact *artefact;
  const struct artm_config *entry = &item->config;
  auto_descriptor root = {0};
  auto_call call = {.cancel = session->app->cancel};
  int result = source_begin(source, &call, &entry, 1);
  if (result >= 0)
    result = source_open(source, &call, entry, version->text, version->digest, &artefact);
  if (result < 0)
    return error_move(err, &call.error);
  result = read_root(artefact, &call, &root);
  if (result < 0)
    error_move(err, &call.error);
  else
    result = show(session->app, arguments, artefact->reference, &root, err);
  artefact_close(artefact);
  return result;
}

static int load(struct session *session, struct app *app, const struct arguments *arguments,
                struct error *err) {
  if (session_load_settings(session, app, err) != 0)
    return err->code;
  session_services(session);
  if (references_read(session, &arguments->words, err) != 0)
    return err->code;
  const struct entries *entries = &session->entries;
  if (!session_is_valid(session) || entries->count != 1 || entries->items[0].version_count != 1)
    return error_set(err, ARTM_E_CONFIG, "'%s' can't be inspected", arguments->words.items[0]);
  return 0;
}

static int run(struct app *app, const struct arguments *arguments) {
  auto_error err = {0};
  struct session session = {0};
  int code = 0;
  if (arguments->words.count != 1) {
    error_set(&err, ARTM_E_CONFIG, "inspect needs one reference");
    return app_usage(&command_inspect, &err);
  }
  if (load(&session, app, arguments, &err) != 0 || inspect(&session, arguments, &err) != 0)
    code = app_fail(app, &err);
  session_done(&session);
  return code;
}

const struct command command_inspect = {
    .name = "inspect",
    .usage = "inspect REF [--raw] [--format text|json]",
    .purpose = "Shows the manifests, platforms and sizes behind a reference.",
    .options = {options, sizeof options / sizeof options[0]},
    .examples = "  artmirror inspect registry.example/app:1.2\n"
                "  artmirror inspect registry.example/app:1.2 --raw > manifest.json\n",
    .run = run,
};
