/* SPDX-License-Identifier: Apache-2.0 */
/* Calls into a scanner. */
#include "plugin/scanner.h"
#include "base/memory.h"
#include "plugin/sink.h"
#include "plugin/sink_findings.h"
#include <stdlib.h>
#include <string.h>

int scanner_new(struct plugin *plugin, const struct host_services *services,
                const struct artm_config *options, struct scanner **ret, struct error *err) {
  int rc = plugin_open(plugin, err);
  if (rc)
    return rc;
  if (!plugin->has_scanner)
    return error_set(err, ARTM_E_CONFIG, "the plugin %s is no scanner", plugin->id);
  struct scanner *scanner = mem_alloc(sizeof *scanner);
  scanner->plugin = plugin;
  scanner->host = host_new(services, plugin->id);
  scanner->options = options ? *options : (struct artm_config){.table = &plugin->scanner_options};
  instance_lock_init(&scanner->lock);
  const struct instance_kind kind = {plugin->scanner.create, plugin->scanner.destroy};
  rc = instance_create(plugin, &kind, &scanner->host->abi, &scanner->options, &scanner->self, err);
  if (rc) {
    pthread_mutex_destroy(&scanner->lock);
    host_free(scanner->host);
    free(scanner);
    return rc;
  }
  *ret = scanner;
  return 0;
}

void scanner_free(struct scanner *scanner) {
  if (!scanner)
    return;
  scanner->plugin->scanner.destroy(scanner->self);
  pthread_mutex_destroy(&scanner->lock);
  host_free(scanner->host);
  free(scanner);
}

bool scanner_takes(const struct scanner *scanner, const char *config_media_type) {
  const char *const *types = scanner->plugin->scanner.config_media_types;
  for (; config_media_type && *types; types++)
    if (strcmp(*types, config_media_type) == 0)
      return true;
  return false;
}

bool scanner_reads_registry(const struct scanner *scanner) {
  return (scanner->plugin->scanner.caps & ARTM_SCANNER_REGISTRY) != 0;
}

bool scanner_reads_layout(const struct scanner *scanner) {
  return (scanner->plugin->scanner.caps & ARTM_SCANNER_LAYOUT) != 0;
}

static struct visit enter(struct scanner *scanner, struct artm_call *call) {
  return visit_begin(scanner->plugin, &scanner->lock, call);
}

int scanner_probe(struct scanner *scanner, struct artm_call *call, struct arena *memory,
                  struct scan_tool *ret) {
  const struct scan_tool nothing = {.plugin = scanner->plugin->id};
  struct tool_slot slot;
  tool_slot_init(&slot, scanner->plugin, call, memory, &nothing);
  struct visit visit = enter(scanner, call);
  int rc = visit_answer(&visit, "scanner.probe",
                        scanner->plugin->scanner.probe(scanner->self, call, &slot.abi), ANSWER_NO);
  if (rc == 0 && !slot.filled && !slot.kept.code)
    return visit_misbehaved(scanner->plugin, call, "scanner.probe named no tool");
  return tool_slot_result(&slot, rc, ret);
}

int scanner_prepare(struct scanner *scanner, struct artm_call *call, struct arena *memory,
                    struct scan_tool *ret) {
  struct tool_slot slot;
  tool_slot_init(&slot, scanner->plugin, call, memory, ret);
  struct visit visit = enter(scanner, call);
  int rc = visit_answer(&visit, "scanner.prepare",
                        scanner->plugin->scanner.prepare(scanner->self, call, &slot.abi), 0);
  return tool_slot_result(&slot, rc, ret);
}

int scanner_scan(struct scanner *scanner, struct artm_call *call,
                 const struct scan_subject *subject, struct scan_result *ret) {
  const struct artm_descriptor manifest = descriptor_for_plugin(subject->manifest);
  const struct artm_scan scan = {
      .struct_size = sizeof scan,
      .flags = subject->plain_http ? ARTM_SCAN_PLAIN_HTTP : 0,
      .reference = subject->reference,
      .repository = subject->repository,
      .ca_file = subject->ca_file,
      .layout = subject->layout,
      .folder = subject->folder,
      .platform = subject->platform,
      .config_media_type = subject->config_media_type,
      .manifest = &manifest,
      .settings = subject->settings ? subject->settings : &scanner->options,
  };
  struct finding_list list;
  finding_list_init(&list, scanner->plugin, call, subject->folder, ret);
  struct visit visit = enter(scanner, call);
  int rc = visit_answer(&visit, "scanner.scan",
                        scanner->plugin->scanner.scan(scanner->self, call, &scan, &list.abi), 0);
  return finding_list_result(&list, rc);
}
