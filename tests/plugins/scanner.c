/* SPDX-License-Identifier: Apache-2.0 */
/* A scanner without a tool: it says what the files of a folder say, and writes down how it is
 * called.
 *
 *   scanners:
 *     oracle:
 *       folder: '/srv/oracle'
 *
 *   tool       "oracle 1.2.3"; no such file: not installed
 *   os         "alpine 3.19.1 eol"; no such file: nothing is known of it
 *   findings   lines "HIGH CVE-2026-1 openssl 3.1.4 3.1.5", "-" in place of a fix
 *   fail       a number: what the scan answers
 *   misbehave  a word of how it breaks the contract (see misbehave below)
 *   calls      gets a line for every call */
#include <artmirror/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef CAPS
#define CAPS (ARTM_SCANNER_REGISTRY | ARTM_SCANNER_LAYOUT)
#endif
#define LINE_MAX 1024

struct oracle {
  const struct artm_host *host;
  char folder[512];
};

static FILE *open_file(const struct oracle *oracle, const char *name, const char *mode) {
  char path[LINE_MAX];
  snprintf(path, sizeof path, "%s/%s", oracle->folder, name);
  return fopen(path, mode);
}

static void note(const struct oracle *oracle, const char *call) {
  FILE *calls = open_file(oracle, "calls", "ae");
  if (calls) {
    fprintf(calls, "%s\n", call);
    fclose(calls);
  }
}

/* The first line of a file; false: there is no such file. */
static int read_line(const struct oracle *oracle, const char *name, char line[LINE_MAX]) {
  FILE *file = open_file(oracle, name, "re");
  int found = file && fgets(line, LINE_MAX, file);
  if (file)
    fclose(file);
  if (found)
    line[strcspn(line, "\n")] = '\0';
  return found;
}

static int32_t create(const struct artm_host *host, struct artm_call *call,
                      const struct artm_config *options, void **self) {
  struct oracle *oracle = calloc(1, sizeof *oracle);
  const char *folder = host->config_text(options, "folder", 0);
  if (!oracle)
    return artm_fail(host, call, ARTM_E_NOMEM, "out of memory", NULL);
  oracle->host = host;
  snprintf(oracle->folder, sizeof oracle->folder, "%s", folder ? folder : "");
  *self = oracle;
  return 0;
}

static void destroy(void *self) {
  free(self);
}

static int32_t tell_tool(const struct oracle *oracle, struct artm_tool_sink *sink, uint32_t flags) {
  char line[LINE_MAX];
  if (!read_line(oracle, "tool", line))
    return ARTM_NO;
  char *version = strchr(line, ' ');
  if (version)
    *version++ = '\0';
  const struct artm_tool tool = {.struct_size = sizeof tool,
                                 .flags = flags,
                                 .db_updated = 1790000000,
                                 .name = line,
                                 .version = version};
  return sink->add(sink, &tool);
}

static int32_t probe(void *self, struct artm_call *call, struct artm_tool_sink *sink) {
  (void)call;
  note(self, "probe");
  return tell_tool(self, sink, 0);
}

static int32_t prepare(void *self, struct artm_call *call, struct artm_tool_sink *sink) {
  (void)call;
  note(self, "prepare");
  return tell_tool(self, sink, ARTM_TOOL_DB_UPDATED);
}

static int32_t tell_os(const struct oracle *oracle, struct artm_finding_sink *sink) {
  char line[LINE_MAX], family[64] = "", version[64] = "", eol[64] = "";
  if (!read_line(oracle, "os", line))
    return 0;
  sscanf(line, "%63s %63s %63s", family, version, eol);
  return sink->os(sink, family, version, *eol ? ARTM_OS_END_OF_LIFE : 0);
}

static uint32_t severity_of(const char *name) {
  static const char *const names[] = {"UNKNOWN", "NONE", "NEGLIGIBLE", "LOW",
                                      "MEDIUM",  "HIGH", "CRITICAL"};
  uint32_t severity = 0;
  while (severity < sizeof names / sizeof *names && strcmp(names[severity], name) != 0)
    severity++;
  return severity;
}

static int32_t tell_findings(const struct oracle *oracle, struct artm_finding_sink *sink) {
  FILE *file = open_file(oracle, "findings", "re");
  char line[LINE_MAX], severity[32], id[64], package[64], version[64], fix[64];
  int32_t rc = 0;
  while (!rc && file && fgets(line, sizeof line, file)) {
    if (sscanf(line, "%31s %63s %63s %63s %63s", severity, id, package, version, fix) != 5)
      continue;
    const int is_fixed = strcmp(fix, "-") != 0;
    const char *const fixes[] = {fix, NULL};
    const struct artm_finding finding = {.struct_size = sizeof finding,
                                         .severity = severity_of(severity),
                                         .fix_state = is_fixed ? ARTM_FIX_FIXED : ARTM_FIX_AFFECTED,
                                         .package_class = ARTM_PACKAGE_OS,
                                         .id = id,
                                         .package_name = package,
                                         .package_version = version,
                                         .fix_versions = is_fixed ? fixes : NULL};
    rc = sink->add(sink, &finding);
  }
  if (file)
    fclose(file);
  return rc;
}

/* Ignores what the sink answers, too. */
static int32_t misbehave(const char *how, struct artm_finding_sink *sink) {
  const struct artm_finding nameless = {.struct_size = sizeof nameless, .package_name = "x"};
  if (strcmp(how, "nameless") == 0)
    sink->add(sink, &nameless);
  else if (strcmp(how, "raw-elsewhere") == 0)
    sink->raw(sink, "../../passwd", "text");
  else if (strcmp(how, "raw-missing") == 0)
    sink->raw(sink, "none.json", "text");
  else if (strcmp(how, "deferred") == 0)
    return ARTM_DEFERRED;
  else if (strcmp(how, "silent") == 0)
    return ARTM_E_NETWORK;
  else if (strcmp(how, "unknown") == 0)
    return -1000;
  return 0;
}

static int32_t tell_raw(const struct artm_scan *scan, struct artm_finding_sink *sink) {
  char path[LINE_MAX];
  snprintf(path, sizeof path, "%s/answer.txt", scan->folder);
  FILE *file = fopen(path, "wxe");
  if (!file)
    return 0;
  fputs("what the oracle said\n", file);
  fclose(file);
  return sink->raw(sink, "answer.txt", "oracle-text");
}

static int32_t scan_it(void *self, struct artm_call *call, const struct artm_scan *scan,
                       struct artm_finding_sink *sink) {
  const struct oracle *oracle = self;
  char line[2 * LINE_MAX], word[LINE_MAX];
  snprintf(line, sizeof line, "scan %s %s %s%s", scan->platform, scan->manifest->digest,
           scan->layout ? scan->layout : scan->reference,
           scan->flags & ARTM_SCAN_PLAIN_HTTP ? " plain" : "");
  note(oracle, line);
  if (read_line(oracle, "misbehave", word))
    return misbehave(word, sink);
  int32_t rc = tell_os(oracle, sink);
  if (!rc)
    rc = tell_findings(oracle, sink);
  if (!rc)
    rc = tell_raw(scan, sink);
  if (!rc && read_line(oracle, "fail", word))
    rc = artm_fail(oracle->host, call, (int32_t)strtol(word, NULL, 10), "the oracle is tired",
                   "ask it tomorrow");
  return rc;
}

static const struct artm_field options[] = {
    ARTM_FIELD(.name = "folder", .type = ARTM_TYPE_STRING, .flags = ARTM_FIELD_PATH,
               .doc = "What the oracle says"),
};
static const char *const media_types[] = {"application/vnd.oci.image.config.v1+json", NULL};
static const struct artm_scanner scanner = {.struct_size = sizeof scanner,
                                            .caps = CAPS,
                                            ARTM_FIELDS(options, options),
                                            .config_media_types = media_types,
                                            .create = create,
                                            .destroy = destroy,
                                            .probe = probe,
                                            .prepare = prepare,
                                            .scan = scan_it};
static const struct artm_plugin oracle = {.struct_size = sizeof oracle, .scanner = &scanner};

ARTM_PLUGIN(oracle, "id=oracle\0"
                    "version=1.0.0\0"
                    "summary=Says what it is told to say\0"
                    "scanner=off\0")
