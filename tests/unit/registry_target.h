/* SPDX-License-Identifier: Apache-2.0 */
/* Repositories of plugin ghcr, opened by the tests' host, and what is put into them. */
#ifndef REGISTRY_TARGET_H
#define REGISTRY_TARGET_H
#include "unit/registry_driver.h"

static const struct artm_target *target;
static struct artm_call call;

#define HOST "//registry.example:5000/v2/"
#define APP HOST "team/app/"
#define PUSH "repository:team/app:pull,push"
#define POST_BLOB "POST " APP "blobs/uploads/"
#define LOCATION "https://registry.example:5000/v2/team/app/blobs/uploads/1?_state=a%2Bb"
#define PUT_BLOB "PUT " LOCATION "&digest=" DIGEST
#define GHCR_APP "//ghcr.io/v2/owner/app/"
#define NOT_FOUND "{\"errors\":[{\"code\":\"NAME_UNKNOWN\",\"message\":\"no such name\"}]}"

static int setup(void **state) {
  (void)state;
  target = driver_plugin("ghcr")->target;
  return 0;
}

DRIVER_UNUSED static int32_t create(const char *value, const char *flavor, void **self) {
  const struct artm_config options = {{"registry", value, "flavor", flavor, NULL}};
  return target->create(&driver_host, &call, &options, self);
}

/* A repository of a target of its own. */
struct open_target {
  void *self;
  struct artm_repository *repository;
};
DRIVER_UNUSED static struct open_target open_at(const char *value, const char *flavor,
                                                const char *name) {
  struct open_target opened = {0};
  assert_int_equal(create(value, flavor, &opened.self), 0);
  assert_int_equal(target->open(opened.self, &call, name, &opened.repository), 0);
  return opened;
}
DRIVER_UNUSED static struct open_target open_app(void) {
  return open_at("registry.example:5000/team", "auto", "app");
}
DRIVER_UNUSED static struct open_target open_ghcr(void) {
  return open_at("ghcr.io/owner", "auto", "app");
}
DRIVER_UNUSED static void finish(struct open_target *opened) {
  target->close(opened->repository, &call);
  target->destroy(opened->self);
  played();
}

static const struct artm_descriptor blob = {
    .struct_size = sizeof blob, .size = 5, .media_type = "a/b", .digest = DIGEST};
DRIVER_UNUSED static const struct artm_descriptor manifest = {.struct_size = sizeof manifest,
                                                              .size = 2,
                                                              .media_type = DOCKER_MANIFEST,
                                                              .digest = DIGEST,
                                                              .data = "{}"};

DRIVER_UNUSED static int32_t put(struct open_target *opened) {
  struct text_stream content = TEXT("hello");
  return target->put_blob(opened->repository, &call, &blob, &content.stream);
}
DRIVER_UNUSED static int32_t put_tag(struct open_target *opened, const char *reference) {
  uint32_t result = 99;
  int32_t answer = target->put_manifest(opened->repository, &call, reference, &manifest, &result);
  assert_int_equal(result, answer ? 99 : 0);
  return answer;
}
#endif
