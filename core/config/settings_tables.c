/* SPDX-License-Identifier: Apache-2.0 */
/* The core's own option tables. */
#include "config/settings.h"

#define TABLE(array) \
  { (struct artm_field *)(array), sizeof(array) / sizeof((array)[0]), NULL }

#define INDEX_FIELD                                                                             \
  ARTM_FIELD(.name = "index", .type = ARTM_TYPE_ENUM, .constraint = "filtered|sparse|verbatim", \
             .doc = "How an index is cut to the wanted platforms")
#define ON_CHANGE_FIELD                                                                     \
  ARTM_FIELD(.name = "on_change", .type = ARTM_TYPE_ENUM, .constraint = "update|keep|fail", \
             .doc = "What to do when a tag at the target has other content")

#define REFERRERS_FIELD                                         \
  ARTM_FIELD(.name = "referrers", .type = FIELD_TYPE_REFERRERS, \
             .doc = "Whether signatures, SBOMs and attestations are copied, too")

#define GATE_FIELD                                    \
  ARTM_FIELD(.name = "gate", .type = FIELD_TYPE_GATE, \
             .doc = "What findings warn, or keep a tag from being published")

static const struct artm_field top_fields[] = {INDEX_FIELD, ON_CHANGE_FIELD, REFERRERS_FIELD,
                                               GATE_FIELD};

static const struct artm_field entry_fields[] = {
    ARTM_FIELD(.name = "destination", .type = ARTM_TYPE_STRING,
               .doc = "Where it goes below the target, a template like {name}:{version}"),
    ARTM_FIELD(.name = "targets", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .doc = "Ids of the targets it goes to; without it, to all"),
    INDEX_FIELD,
    ON_CHANGE_FIELD,
    REFERRERS_FIELD,
    ARTM_FIELD(.name = "scan", .type = FIELD_TYPE_SCAN,
               .doc = "Whether it is scanned, and how each scanner is set for it"),
    GATE_FIELD,
    ARTM_FIELD(.name = "allow_empty", .type = ARTM_TYPE_BOOL, .default_value = "false",
               .doc = "Selectors may pick no version at all"),
};
static const char *const entry_names[] = {"destination", "targets", "index", "on_change",
                                          "referrers",   "scan",    "gate",  "allow_empty"};

static const struct artm_field run_fields[] = {
    ARTM_FIELD(.name = "parallel", .type = ARTM_TYPE_INT, .default_value = "32",
               .constraint = "1..256",
               .doc = "Most jobs, and most requests to one registry, at a time"),
    ARTM_FIELD(.name = "retries", .type = ARTM_TYPE_INT, .default_value = "5",
               .constraint = "0..20", .doc = "Further attempts of a request that failed"),
    ARTM_FIELD(.name = "fail_fast", .type = ARTM_TYPE_BOOL, .default_value = "false",
               .doc = "Start no further job after the first that failed"),
    ARTM_FIELD(.name = "connect_timeout", .type = ARTM_TYPE_DURATION, .default_value = "15s",
               .doc = "Longest time to open a connection"),
    ARTM_FIELD(.name = "stall_timeout", .type = ARTM_TYPE_DURATION, .default_value = "60s",
               .doc = "Longest time without a byte received or sent"),
};

static const struct artm_field registry_fields[] = {
    ARTM_FIELD(.name = "username", .type = ARTM_TYPE_STRING, .doc = "User name to log in with"),
    ARTM_FIELD(.name = "password", .type = ARTM_TYPE_SECRET,
               .doc = "Password or token; best as ${VARIABLE} or {file: PATH}"),
    ARTM_FIELD(.name = "helper", .type = ARTM_TYPE_STRING, .constraint = "^[A-Za-z0-9._-]+$",
               .doc = "Credential helper: NAME of docker-credential-NAME"),
    ARTM_FIELD(.name = "ca", .type = ARTM_TYPE_STRING, .flags = ARTM_FIELD_PATH,
               .doc = "File of CA certificates (PEM)"),
    ARTM_FIELD(.name = "cert", .type = ARTM_TYPE_STRING, .flags = ARTM_FIELD_PATH,
               .doc = "File of a client certificate"),
    ARTM_FIELD(.name = "key", .type = ARTM_TYPE_STRING, .flags = ARTM_FIELD_PATH,
               .doc = "File of the certificate's key"),
    ARTM_FIELD(.name = "plain_http", .type = ARTM_TYPE_BOOL, .default_value = "false",
               .doc = "Speak http without TLS"),
    ARTM_FIELD(.name = "trusted_realms", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .constraint = "^[^/ ]+$",
               .doc = "Further hosts of token servers that may be sent the password"),
    ARTM_FIELD(.name = "mirrors", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .constraint = "^[^/ :]+(:[0-9]+)?(/[^/ :]+)*$",
               .doc = "HOST or HOST/PREFIX to be tried first for reading"),
    ARTM_FIELD(.name = "max_connections", .type = ARTM_TYPE_INT, .constraint = "1..1024",
               .doc = "Most connections at a time"),
    ARTM_FIELD(.name = "requests_per_second", .type = FIELD_TYPE_NUMBER, .constraint = "0..100000",
               .doc = "Most requests a second, like 10 or 0.5"),
    ARTM_FIELD(.name = "min_remaining", .type = ARTM_TYPE_INT, .constraint = "0..",
               .doc = "Stop when the registry's pull budget falls below this"),
};

static const struct artm_field report_fields[] = {
    ARTM_FIELD(.name = "dir", .type = ARTM_TYPE_STRING,
               .flags = ARTM_FIELD_PATH | ARTM_FIELD_REQUIRED,
               .doc = "Folder that gets the reports of each run"),
    ARTM_FIELD(.name = "keep", .type = ARTM_TYPE_DURATION, .default_value = "30d",
               .doc = "How long the folders of earlier runs are kept"),
};

static const struct field_table top = TABLE(top_fields), entry = TABLE(entry_fields),
                                run = TABLE(run_fields), registry = TABLE(registry_fields),
                                reports = TABLE(report_fields);

const struct field_table *core_entry_fields(void) {
  return &entry;
}

const char *const *core_entry_names(size_t *ret_count) {
  *ret_count = sizeof entry_names / sizeof entry_names[0];
  return entry_names;
}

const struct settings_tables *settings_tables(void) {
  static const struct settings_tables tables = {&top, &run, &registry, &entry, &reports};
  return &tables;
}
