/* SPDX-License-Identifier: Apache-2.0 */
/* The layout of every struct of the plugin ABI against tests/abi/offsets.golden. A difference is a
 * broken promise to plugins that exist, unless lines were only added at the end of a struct. With
 * --print, prints the layout. */
#include <artmirror/plugin.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct line {
  const char *type, *field; /* field NULL: the struct as a whole */
  size_t offset, size;
};

#define STRUCT(type) \
  { #type, NULL, 0, sizeof(struct type) }
#define FIELD(type, field) \
  { #type, #field, offsetof(struct type, field), sizeof(((struct type *)0)->field) }

static const struct line layout[] = {
    STRUCT(artm_error),
    FIELD(artm_error, struct_size),
    FIELD(artm_error, code),
    FIELD(artm_error, retry_after_ms),
    FIELD(artm_error, message),
    FIELD(artm_error, hint),
    FIELD(artm_error, where),
    FIELD(artm_error, field),
    STRUCT(artm_descriptor),
    FIELD(artm_descriptor, struct_size),
    FIELD(artm_descriptor, reserved),
    FIELD(artm_descriptor, size),
    FIELD(artm_descriptor, media_type),
    FIELD(artm_descriptor, digest),
    FIELD(artm_descriptor, artifact_type),
    FIELD(artm_descriptor, data),
    STRUCT(artm_version),
    FIELD(artm_version, struct_size),
    FIELD(artm_version, flags),
    FIELD(artm_version, created),
    FIELD(artm_version, version),
    FIELD(artm_version, digest),
    STRUCT(artm_version_sink),
    FIELD(artm_version_sink, struct_size),
    FIELD(artm_version_sink, reserved),
    FIELD(artm_version_sink, add),
    STRUCT(artm_descriptor_sink),
    FIELD(artm_descriptor_sink, struct_size),
    FIELD(artm_descriptor_sink, reserved),
    FIELD(artm_descriptor_sink, add),
    STRUCT(artm_pair_sink),
    FIELD(artm_pair_sink, struct_size),
    FIELD(artm_pair_sink, reserved),
    FIELD(artm_pair_sink, add),
    STRUCT(artm_stream),
    FIELD(artm_stream, struct_size),
    FIELD(artm_stream, reserved),
    FIELD(artm_stream, read),
    FIELD(artm_stream, close),
    STRUCT(artm_field),
    FIELD(artm_field, struct_size),
    FIELD(artm_field, type),
    FIELD(artm_field, element),
    FIELD(artm_field, role),
    FIELD(artm_field, flags),
    FIELD(artm_field, reserved),
    FIELD(artm_field, name),
    FIELD(artm_field, default_value),
    FIELD(artm_field, constraint),
    FIELD(artm_field, doc),
    FIELD(artm_field, matrix_key),
    FIELD(artm_field, matrix_default),
    STRUCT(artm_host),
    FIELD(artm_host, struct_size),
    FIELD(artm_host, abi_major),
    FIELD(artm_host, abi_minor),
    FIELD(artm_host, log),
    FIELD(artm_host, fail),
    FIELD(artm_host, cancelled),
    FIELD(artm_host, sleep),
    FIELD(artm_host, progress),
    FIELD(artm_host, temp_file),
    FIELD(artm_host, extension),
    FIELD(artm_host, config_count),
    FIELD(artm_host, config_text),
    FIELD(artm_host, config_number),
    FIELD(artm_host, config_key),
    FIELD(artm_host, config_secret),
    STRUCT(artm_http_request),
    FIELD(artm_http_request, struct_size),
    FIELD(artm_http_request, flags),
    FIELD(artm_http_request, offset),
    FIELD(artm_http_request, body_size),
    FIELD(artm_http_request, method),
    FIELD(artm_http_request, url),
    FIELD(artm_http_request, registry),
    FIELD(artm_http_request, scope),
    FIELD(artm_http_request, headers),
    FIELD(artm_http_request, media_type),
    FIELD(artm_http_request, data),
    FIELD(artm_http_request, body),
    FIELD(artm_http_request, named_by),
    STRUCT(artm_http_response),
    FIELD(artm_http_response, struct_size),
    FIELD(artm_http_response, status),
    FIELD(artm_http_response, size),
    FIELD(artm_http_response, url),
    FIELD(artm_http_response, location),
    FIELD(artm_http_response, media_type),
    FIELD(artm_http_response, body),
    STRUCT(artm_http_identity),
    FIELD(artm_http_identity, struct_size),
    FIELD(artm_http_identity, reserved),
    FIELD(artm_http_identity, origin),
    FIELD(artm_http_identity, username),
    FIELD(artm_http_identity, password),
    FIELD(artm_http_identity, ca_file),
    FIELD(artm_http_identity, certificate_file),
    FIELD(artm_http_identity, key_file),
    STRUCT(artm_http),
    FIELD(artm_http, struct_size),
    FIELD(artm_http, reserved),
    FIELD(artm_http, send),
    FIELD(artm_http, header),
    FIELD(artm_http, collect),
    FIELD(artm_http, fail),
    FIELD(artm_http, offer),
    STRUCT(artm_command),
    FIELD(artm_command, struct_size),
    FIELD(artm_command, flags),
    FIELD(artm_command, timeout_ms),
    FIELD(artm_command, output_max),
    FIELD(artm_command, argv),
    FIELD(artm_command, env),
    FIELD(artm_command, folder),
    FIELD(artm_command, output),
    STRUCT(artm_command_result),
    FIELD(artm_command_result, struct_size),
    FIELD(artm_command_result, exit_code),
    FIELD(artm_command_result, signal),
    FIELD(artm_command_result, reserved),
    FIELD(artm_command_result, output_size),
    FIELD(artm_command_result, output),
    FIELD(artm_command_result, stderr_tail),
    STRUCT(artm_process),
    FIELD(artm_process, struct_size),
    FIELD(artm_process, reserved),
    FIELD(artm_process, run),
    STRUCT(artm_docker_config),
    FIELD(artm_docker_config, struct_size),
    FIELD(artm_docker_config, reserved),
    FIELD(artm_docker_config, folder),
    STRUCT(artm_state),
    FIELD(artm_state, struct_size),
    FIELD(artm_state, reserved),
    FIELD(artm_state, get),
    FIELD(artm_state, put),
    FIELD(artm_state, folder),
    FIELD(artm_state, lock),
    STRUCT(artm_artefact),
    FIELD(artm_artefact, struct_size),
    FIELD(artm_artefact, flags),
    FIELD(artm_artefact, reference),
    FIELD(artm_artefact, repository),
    STRUCT(artm_source),
    FIELD(artm_source, struct_size),
    FIELD(artm_source, caps),
    FIELD(artm_source, on_change),
    FIELD(artm_source, reserved),
    FIELD(artm_source, fields_count),
    FIELD(artm_source, fields_stride),
    FIELD(artm_source, options_count),
    FIELD(artm_source, options_stride),
    FIELD(artm_source, fields),
    FIELD(artm_source, options),
    FIELD(artm_source, destination),
    FIELD(artm_source, create),
    FIELD(artm_source, destroy),
    FIELD(artm_source, begin),
    FIELD(artm_source, parse),
    FIELD(artm_source, list_versions),
    FIELD(artm_source, open),
    FIELD(artm_source, close),
    FIELD(artm_source, resolve),
    FIELD(artm_source, matches),
    FIELD(artm_source, fetch),
    FIELD(artm_source, manifest),
    FIELD(artm_source, open_blob),
    FIELD(artm_source, referrers),
    STRUCT(artm_repository),
    FIELD(artm_repository, struct_size),
    FIELD(artm_repository, flags),
    FIELD(artm_repository, reference),
    STRUCT(artm_target),
    FIELD(artm_target, struct_size),
    FIELD(artm_target, caps),
    FIELD(artm_target, options_count),
    FIELD(artm_target, options_stride),
    FIELD(artm_target, options),
    FIELD(artm_target, create),
    FIELD(artm_target, destroy),
    FIELD(artm_target, open),
    FIELD(artm_target, close),
    FIELD(artm_target, resolve),
    FIELD(artm_target, manifest),
    FIELD(artm_target, open_blob),
    FIELD(artm_target, referrers),
    FIELD(artm_target, has_blob),
    FIELD(artm_target, mount),
    FIELD(artm_target, put_blob),
    FIELD(artm_target, put_manifest),
    FIELD(artm_target, tags),
    FIELD(artm_target, delete_tag),
    FIELD(artm_target, export_layout),
    FIELD(artm_target, begin_blob),
    STRUCT(artm_tool),
    FIELD(artm_tool, struct_size),
    FIELD(artm_tool, flags),
    FIELD(artm_tool, db_updated),
    FIELD(artm_tool, db_next_update),
    FIELD(artm_tool, name),
    FIELD(artm_tool, version),
    FIELD(artm_tool, db_version),
    FIELD(artm_tool, inputs),
    STRUCT(artm_tool_sink),
    FIELD(artm_tool_sink, struct_size),
    FIELD(artm_tool_sink, reserved),
    FIELD(artm_tool_sink, add),
    STRUCT(artm_scan),
    FIELD(artm_scan, struct_size),
    FIELD(artm_scan, flags),
    FIELD(artm_scan, reference),
    FIELD(artm_scan, repository),
    FIELD(artm_scan, ca_file),
    FIELD(artm_scan, layout),
    FIELD(artm_scan, folder),
    FIELD(artm_scan, platform),
    FIELD(artm_scan, config_media_type),
    FIELD(artm_scan, manifest),
    FIELD(artm_scan, settings),
    STRUCT(artm_cvss),
    FIELD(artm_cvss, struct_size),
    FIELD(artm_cvss, score),
    FIELD(artm_cvss, source),
    FIELD(artm_cvss, version),
    FIELD(artm_cvss, vector),
    STRUCT(artm_finding),
    FIELD(artm_finding, struct_size),
    FIELD(artm_finding, flags),
    FIELD(artm_finding, severity),
    FIELD(artm_finding, fix_state),
    FIELD(artm_finding, package_class),
    FIELD(artm_finding, epss),
    FIELD(artm_finding, risk),
    FIELD(artm_finding, reserved),
    FIELD(artm_finding, cvss_count),
    FIELD(artm_finding, cvss_stride),
    FIELD(artm_finding, published),
    FIELD(artm_finding, modified),
    FIELD(artm_finding, id),
    FIELD(artm_finding, aliases),
    FIELD(artm_finding, data_source),
    FIELD(artm_finding, url),
    FIELD(artm_finding, title),
    FIELD(artm_finding, description),
    FIELD(artm_finding, severity_raw),
    FIELD(artm_finding, severity_source),
    FIELD(artm_finding, package_type),
    FIELD(artm_finding, package_name),
    FIELD(artm_finding, package_version),
    FIELD(artm_finding, package_path),
    FIELD(artm_finding, purl),
    FIELD(artm_finding, source_name),
    FIELD(artm_finding, source_version),
    FIELD(artm_finding, fix_versions),
    FIELD(artm_finding, cvss),
    FIELD(artm_finding, cwes),
    FIELD(artm_finding, references),
    FIELD(artm_finding, layer_digest),
    FIELD(artm_finding, layer_diff_id),
    FIELD(artm_finding, suppressed_status),
    FIELD(artm_finding, suppressed_statement),
    FIELD(artm_finding, suppressed_source),
    STRUCT(artm_finding_sink),
    FIELD(artm_finding_sink, struct_size),
    FIELD(artm_finding_sink, reserved),
    FIELD(artm_finding_sink, add),
    FIELD(artm_finding_sink, os),
    FIELD(artm_finding_sink, raw),
    STRUCT(artm_scanner),
    FIELD(artm_scanner, struct_size),
    FIELD(artm_scanner, caps),
    FIELD(artm_scanner, options_count),
    FIELD(artm_scanner, options_stride),
    FIELD(artm_scanner, options),
    FIELD(artm_scanner, config_media_types),
    FIELD(artm_scanner, create),
    FIELD(artm_scanner, destroy),
    FIELD(artm_scanner, probe),
    FIELD(artm_scanner, prepare),
    FIELD(artm_scanner, scan),
    STRUCT(artm_plugin),
    FIELD(artm_plugin, struct_size),
    FIELD(artm_plugin, threads),
    FIELD(artm_plugin, source),
    FIELD(artm_plugin, target),
    FIELD(artm_plugin, scanner),
    FIELD(artm_plugin, extension),
    STRUCT(artm_entry),
    FIELD(artm_entry, magic),
    FIELD(artm_entry, struct_size),
    FIELD(artm_entry, abi_major),
    FIELD(artm_entry, abi_minor),
    FIELD(artm_entry, min_host_minor),
    FIELD(artm_entry, reserved),
    FIELD(artm_entry, metadata_size),
    FIELD(artm_entry, reserved2),
    FIELD(artm_entry, metadata),
    FIELD(artm_entry, plugin),
    FIELD(artm_entry, build),
};
#define LINES (sizeof layout / sizeof layout[0])

static void format(const struct line *line, char *out, size_t size) {
  if (line->field)
    snprintf(out, size, "  %zu %zu %s\n", line->offset, line->size, line->field);
  else
    snprintf(out, size, "struct %s %zu\n", line->type, line->size);
}

/* Every member is in the list, and between them is nothing. */
static void structs_have_no_gaps(void **state) {
  size_t end = 0, size = 0;
  (void)state;
  for (size_t i = 0; i < LINES; i++) {
    if (layout[i].field) {
      if (layout[i].offset != end)
        fail_msg("a gap before %s.%s", layout[i].type, layout[i].field);
      end += layout[i].size;
    }
    if (i + 1 == LINES || !layout[i + 1].field) {
      if (layout[i].field && end != size)
        fail_msg("%s has %zu bytes, its members %zu", layout[i].type, size, end);
      end = 0;
      if (i + 1 < LINES)
        size = layout[i + 1].size;
    } else if (!layout[i].field) {
      size = layout[i].size;
    }
  }
}

static void structs_that_cross_begin_with_their_size(void **state) {
  (void)state;
  for (size_t i = 0; i + 1 < LINES; i++)
    if (!layout[i].field && strcmp(layout[i].type, "artm_entry") != 0)
      assert_string_equal(layout[i + 1].field, "struct_size");
}

static void layout_is_the_golden_one(void **state) {
  const char *top = getenv("SRCDIR");
  char path[4096], line[256], wanted[256];
  (void)state;
  if (sizeof(void *) != 8)
    skip();
  snprintf(path, sizeof path, "%s/tests/abi/offsets.golden", top ? top : ".");
  FILE *golden = fopen(path, "r");
  if (!golden)
    fail_msg("no %s (set SRCDIR)", path);
  for (size_t i = 0; i < LINES; i++) {
    format(&layout[i], wanted, sizeof wanted);
    if (!fgets(line, sizeof line, golden))
      line[0] = '\0';
    assert_string_equal(line, wanted);
  }
  assert_null(fgets(line, sizeof line, golden));
  fclose(golden);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(structs_have_no_gaps),
      cmocka_unit_test(structs_that_cross_begin_with_their_size),
      cmocka_unit_test(layout_is_the_golden_one),
  };
  if (argc == 2 && strcmp(argv[1], "--print") == 0) {
    for (size_t i = 0; i < LINES; i++) {
      char line[256];
      format(&layout[i], line, sizeof line);
      fputs(line, stdout);
    }
    return 0;
  }
  return cmocka_run_group_tests(tests, NULL, NULL);
}
