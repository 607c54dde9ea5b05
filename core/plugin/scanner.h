/* SPDX-License-Identifier: Apache-2.0 */
/* Calls into a scanner plugin, with its thread model kept and its results copied and checked.
 * Functions as in include/artmirror/scanner.h; a negative answer has its error in the call. */
#ifndef PLUGIN_SCANNER_H
#define PLUGIN_SCANNER_H
#include "oci/descriptor.h"
#include "plugin/host.h"
#include "report/scan.h"

struct scanner {
  struct plugin *plugin;
  struct host *host;
  void *self;
  pthread_mutex_t lock; /* serial-instance thread model */
  struct artm_config options;
};
/* What to scan: reference or layout is set. */
struct scan_subject {
  const char *reference;  /* "host[:port]/name@sha256:..." */
  const char *repository; /* "host[:port]/name" */
  const char *ca_file;
  bool plain_http;
  const char *layout;
  const char *folder; /* private and empty; the caller removes it */
  const char *platform;
  const char *config_media_type;
  const struct descriptor *manifest;
  const struct artm_config *settings;
};

/* Creates the instance, after one create and destroy in a child process. Single-threaded only. */
int scanner_new(struct plugin *, const struct host_services *, const struct artm_config *options,
                struct scanner **ret, struct error *err);
void scanner_free(struct scanner *);
bool scanner_takes(const struct scanner *, const char *config_media_type);
bool scanner_reads_registry(const struct scanner *);
bool scanner_reads_layout(const struct scanner *);
/* Fills ret, whose strings live in memory. ARTM_NO: the tool is not installed. */
int scanner_probe(struct scanner *, struct artm_call *, struct arena *memory,
                  struct scan_tool *ret);
/* Replaces in ret what the plugin tells now. */
int scanner_prepare(struct scanner *, struct artm_call *, struct arena *memory,
                    struct scan_tool *ret);
/* Adds findings, system and raw report to ret, sorted; status and error are the caller's. A raw
 * report is a plain file of the subject's folder: raw_file has its whole path. Damaged records
 * (unknown severity, no id, no package) are ARTM_E_INTERNAL, more than 1,000,000 ARTM_E_LOCAL. */
int scanner_scan(struct scanner *, struct artm_call *, const struct scan_subject *,
                 struct scan_result *ret);
#endif
