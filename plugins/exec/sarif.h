/* SPDX-License-Identifier: Apache-2.0 */
/* SARIF 2.1.0 (OASIS) as scanners of images write it: what belongs to a finding stands partly in
 * members, partly in properties, partly in lines "Package: x" of messages. */
#ifndef PLUGINS_EXEC_SARIF_H
#define PLUGINS_EXEC_SARIF_H
#include "common/finding.h"
#include "common/json_walk.h"

/* rules.c: an array with an object for each run, {driver, rules: [...], by_id: {...}}. NULL with
 * the walk's problem. Caller decrefs. */
json_t *sarif_rules(struct json_walk *);
/* The rule of a result, NULL: none. Borrowed from run. */
const json_t *sarif_rule_of(const json_t *run, const json_t *result);
const char *sarif_rule_id(const json_t *result);

struct sarif_system { /* that packages' URLs name */
  char *family, *version;
};
/* A result while it becomes a finding. */
struct sarif_subject {
  const json_t *result, *rule;
  const char *driver, *message, *help;
  struct finding *finding;
};
/* subject.c: what a line of the message says, or of the rule's help; as line_value. */
const char *sarif_told(const struct sarif_subject *, const char *const *keys);
#define SARIF_TOLD(subject, ...) sarif_told(subject, (const char *const[]){__VA_ARGS__, NULL})
/* A property of the result, or of its rule; NULL: neither has it. */
const json_t *sarif_property(const struct sarif_subject *, const char *key);
void sarif_set_severity(const struct sarif_subject *);                       /* severity.c */
void sarif_set_package(const struct sarif_subject *, struct sarif_system *); /* package.c */

/* result.c: what a result says, with its rule and its run's entry of sarif_rules. False: it is no
 * finding, since the tool says that it passed or is gone. */
bool sarif_finding(const json_t *run, const json_t *result, struct finding *,
                   struct sarif_system *);

/* text.c: the value of a line "Key: value" in the text, keys ended with NULL, any case. NULL: there
 * is no such line; "" is a line without a value. Lives as long as the finding. */
const char *line_value(struct finding *, const char *text, const char *const *keys);
/* Strings of a list "a, b". NULL: none. Lives as long as the finding. */
const char *const *list_of(struct finding *, const char *text);

/* package_url.c: "pkg:deb/debian/curl@7.74.0?distro=debian-11" into the package's fields that are
 * not set yet. False: it is none. */
bool package_url(const char *url, struct finding *, struct sarif_system *);
#endif
