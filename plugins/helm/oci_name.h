/* SPDX-License-Identifier: Apache-2.0 */
/* References to charts in registries: "oci://host[:port]/path/name[:version][@digest]". */
#ifndef PLUGINS_HELM_OCI_NAME_H
#define PLUGINS_HELM_OCI_NAME_H

#define OCI_SCHEME "oci://"

struct oci_name {
  char *registry;   /* lower case */
  char *repository; /* path and name */
  char *version;    /* as written, or NULL */
  char *digest;     /* or NULL */
};

/* NULL, or what is wrong with it; never shows the text, which may hold a password. */
const char *oci_name_parse(const char *text, struct oci_name *ret);
void oci_name_done(struct oci_name *);

/* The tag of a version: "+" is no character of a tag, "_" stands for it. Caller frees. */
char *oci_tag(const char *version);
#endif
