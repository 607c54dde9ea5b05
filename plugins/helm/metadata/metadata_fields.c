/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of Helm's Metadata, Maintainer and Dependency, in their order there. */
#include "helm/metadata/metadata_fields.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define AT(member) offsetof(struct maintainer, member)
static const struct field_rule maintainer_fields[] = {
    {.key = "name", .type = FIELD_TEXT, .offset = AT(name), .sanitised = true},
    {.key = "email", .type = FIELD_TEXT, .offset = AT(email), .sanitised = true},
    {.key = "url", .type = FIELD_TEXT, .offset = AT(url), .sanitised = true},
};
#undef AT
static const struct record_rule maintainer_rule = {maintainer_fields, COUNT(maintainer_fields),
                                                   sizeof(struct maintainer)};

#define AT(member) offsetof(struct dependency, member)
static const struct field_rule dependency_fields[] = {
    {.key = "name", .type = FIELD_TEXT, .offset = AT(name), .sanitised = true, .always = true},
    {.key = "version", .type = FIELD_TEXT, .offset = AT(version), .sanitised = true},
    {.key = "repository",
     .type = FIELD_TEXT,
     .offset = AT(repository),
     .sanitised = true,
     .always = true},
    {.key = "condition", .type = FIELD_TEXT, .offset = AT(condition), .sanitised = true},
    {.key = "tags", .type = FIELD_TEXTS, .offset = AT(tags), .sanitised = true},
    {.key = "enabled", .type = FIELD_BOOL, .offset = AT(enabled)},
    {.key = "import-values", .type = FIELD_ANY, .offset = AT(import_values)},
    {.key = "alias", .type = FIELD_TEXT, .offset = AT(alias)},
};
#undef AT
static const struct record_rule dependency_rule = {dependency_fields, COUNT(dependency_fields),
                                                   sizeof(struct dependency)};

#define AT(member) offsetof(struct metadata, member)
static const struct field_rule metadata_fields[] = {
    {.key = "name", .type = FIELD_TEXT, .offset = AT(name), .sanitised = true},
    {.key = "home", .type = FIELD_TEXT, .offset = AT(home), .sanitised = true},
    {.key = "sources", .type = FIELD_TEXTS, .offset = AT(sources), .sanitised = true},
    {.key = "version", .type = FIELD_TEXT, .offset = AT(version)},
    {.key = "description", .type = FIELD_TEXT, .offset = AT(description), .sanitised = true},
    {.key = "keywords", .type = FIELD_TEXTS, .offset = AT(keywords), .sanitised = true},
    {.key = "maintainers",
     .type = FIELD_RECORDS,
     .offset = AT(maintainers),
     .record = &maintainer_rule},
    {.key = "icon", .type = FIELD_TEXT, .offset = AT(icon), .sanitised = true},
    {.key = "apiVersion", .type = FIELD_TEXT, .offset = AT(api_version)},
    {.key = "condition", .type = FIELD_TEXT, .offset = AT(condition), .sanitised = true},
    {.key = "tags", .type = FIELD_TEXT, .offset = AT(tags), .sanitised = true},
    {.key = "appVersion", .type = FIELD_TEXT, .offset = AT(app_version), .sanitised = true},
    {.key = "deprecated", .type = FIELD_BOOL, .offset = AT(deprecated)},
    {.key = "annotations", .type = FIELD_STRINGS, .offset = AT(annotations)},
    {.key = "kubeVersion", .type = FIELD_TEXT, .offset = AT(kube_version), .sanitised = true},
    {.key = "dependencies",
     .type = FIELD_RECORDS,
     .offset = AT(dependencies),
     .record = &dependency_rule},
    {.key = "type", .type = FIELD_TEXT, .offset = AT(type)},
};
#undef AT
const struct record_rule metadata_rule = {metadata_fields, COUNT(metadata_fields),
                                          sizeof(struct metadata)};
