/* SPDX-License-Identifier: Apache-2.0 */
/* What a plain scalar of YAML 1.1 is: a number, a truth value, null or text. */
#ifndef PLUGINS_HELM_YAML_SCALAR_H
#define PLUGINS_HELM_YAML_SCALAR_H
#include "helm/metadata/chart_yaml.h"

#define YAML_TAG "tag:yaml.org,2002:"

/* Sets kind, content and text of the value. tag may be NULL; plain: written without quotes. False:
 * the tag is one that this text can't have. */
bool scalar_resolve(struct region *, const char *data, size_t size, const char *tag, bool plain,
                    struct value *);
/* The text that a scalar becomes as a key of a map; false: it can be none. */
bool scalar_key(const struct value *, struct text *ret);
#endif
