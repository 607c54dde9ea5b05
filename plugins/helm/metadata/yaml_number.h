/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers in YAML 1.1 as go-yaml version 2 and Go's strconv read them. */
#ifndef PLUGINS_HELM_YAML_NUMBER_H
#define PLUGINS_HELM_YAML_NUMBER_H
#include "helm/metadata/chart_yaml.h"

/* Text that starts with a digit or a sign. Leaves the value as it is if it is no number. */
void yaml_number(const char *text, struct value *);
/* Text that starts with a point. */
void yaml_fraction(const char *text, struct value *);
#endif
