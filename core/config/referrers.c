/* SPDX-License-Identifier: Apache-2.0 */
/* Which referrers are wanted. */
#include "config/referrers.h"
#include "config/field_value.h"

static const struct artm_field fields[] = {
    ARTM_FIELD(.name = "artifact_types", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .flags = ARTM_FIELD_REQUIRED, .constraint = "^[!-~]+$",
               .doc = "Artefact types, with * and ?; only such referrers are copied"),
};

const struct field_table *referrers_fields(void) {
  static const struct field_table table = {(struct artm_field *)fields,
                                           sizeof fields / sizeof fields[0], NULL};
  return &table;
}

bool referrers_check(const struct artm_field *field, const struct node *node,
                     struct problems *problems) {
  int64_t number;
  if (node->broken)
    return false;
  if (node->kind == NODE_MAP)
    return field_check_map(referrers_fields(), node, NULL, NULL, 0, field->name, problems);
  if (node->kind == NODE_SCALAR && value_number(ARTM_TYPE_BOOL, node, &number))
    return true;
  bool null = node->kind == NODE_SCALAR && node->type == NODE_NULL;
  struct problem *problem = problem_add(
      problems, node, null ? "empty-value" : "wrong-type",
      null ? "'%s' has no value" : "'%s' is neither true nor false nor a map", field->name);
  problem_expected(problem, REFERRERS_SHAPE);
  if (node->kind == NODE_LIST)
    problem_hint(problem, "write %s: {artifact_types: [...]}", field->name);
  else if (node->quoted)
    problem_hint(problem, "write true or false, without quotes");
  return false;
}

bool referrers_wanted(const struct node *node, const struct node **ret_types) {
  int64_t number = 0;
  *ret_types = NULL;
  if (node && node->kind == NODE_MAP) {
    *ret_types = node_get(node, "artifact_types");
    return *ret_types && (*ret_types)->kind == NODE_LIST && (*ret_types)->count > 0;
  }
  return node && node->kind == NODE_SCALAR && value_number(ARTM_TYPE_BOOL, node, &number) &&
         number != 0;
}
