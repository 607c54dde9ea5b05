/* SPDX-License-Identifier: Apache-2.0 */
/* Provenance files. The first one is of Helm's own test data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/registry_text.c"
#include "helm/chart/provenance.c"
#include "helm/chart/sums.c"
#include "helm/printable.c"

#define HASH "e5ef611620fb97704d8751c16bab17fedb68883bfb0edc76f78a70e9173f9b55"
#define DIGEST "sha256:" HASH
#define OTHER "sha256:05ef611620fb97704d8751c16bab17fedb68883bfb0edc76f78a70e9173f9b55"
#define NAME "signtest-0.1.0.tgz"
#define BEGIN "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n"
#define CHART                                                                                \
  "apiVersion: v1\ndescription: A Helm chart for Kubernetes\nname: signtest\nversion: 0.1.0" \
  "\n\n...\n"
#define FILES "files:\n  " NAME ": " DIGEST "\n"
#define SIGNATURE                                                      \
  "-----BEGIN PGP SIGNATURE-----\n\n"                                  \
  "wsBcBAEBCgAQBQJcoosfCRCEO7+YH8GHYgAA220IALAs8T8NPgkcLvHu+5109cAN\n" \
  "BOCNPSZDNsqLZW/2Dc9cKoBG7Jen4Qad+i5l9351kqn3D9Gm6eRfAWcjfggRobV/\n" \
  "9daZ19h0nl4O1muQNAkjvdgZt8MOP3+PB3I3/Tu2QCYjI579SLUmuXlcZR5BCFPR\n" \
  "PJy+e3QpV2PcdeU2KZLG4tjtlrq+3QC9ZHHEJLs+BVN9d46Dwo6CxJdHJrrrAkTw\n" \
  "M8MhA92vbiTTPRSCZI9x5qDAwJYhoq0oxLflpuL2tIlo3qVoCsaTSURwMESEHO32\n" \
  "XwYG7BaVDMELWhAorBAGBGBwWFbJ1677qQ2gd9CN0COiVhekWlFRcnn60800r84=\n" \
  "=k9Y9\n"                                                            \
  "-----END PGP SIGNATURE-----"

static void accepts(const char *text) {
  char *why = provenance_check(text, strlen(text), NAME, DIGEST);
  if (why)
    fail_msg("%s: %s", why, text);
}

static void refuses(const char *text, const char *message) {
  auto_free char *why = provenance_check(text, strlen(text), NAME, DIGEST);
  if (!why || !strstr(why, message))
    fail_msg("'%s' does not say '%s': %s", why ? why : "", message, text);
}

static void accepts_what_helm_writes(void **state) {
  (void)state;
  accepts(BEGIN CHART FILES SIGNATURE);
  accepts(BEGIN CHART FILES SIGNATURE "\n");
  accepts("\n" BEGIN CHART FILES SIGNATURE "\r\n \n");
  accepts(
      "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512\r\nHash: SHA256\r\n\r\nname: x\r\n\r\n"
      "...\r\nfiles:\r\n  " NAME ": " DIGEST "\r\n" SIGNATURE);
  accepts(BEGIN CHART "files:\n  '" NAME "': \"" DIGEST "\"\n" SIGNATURE);
  accepts(BEGIN CHART "files: {other.tgz: " OTHER ", " NAME ": " DIGEST "}\n" SIGNATURE);
  accepts(BEGIN CHART FILES "images:\n  " NAME ": " OTHER "\n" SIGNATURE);
  accepts(BEGIN "- - dashes\n" CHART FILES SIGNATURE);
}

static void other_sums_do_not_fit(void **state) {
  (void)state;
  refuses(BEGIN CHART "files:\n  " NAME ": " OTHER "\n" SIGNATURE,
          "it says '" OTHER "' of " NAME ", which has " DIGEST);
  refuses(BEGIN CHART "files:\n  " NAME ": " HASH "\n" SIGNATURE, "it says '" HASH);
  refuses(BEGIN CHART "files:\n  " NAME ": SHA256:" HASH "\n" SIGNATURE, "it says 'SHA256:");
  refuses(BEGIN CHART "files:\n  " NAME ": \"a\\n::error::\"\n" SIGNATURE, "it says 'a?::error::'");
  refuses(BEGIN CHART "files:\n  other.tgz: " DIGEST "\n" SIGNATURE, "names no file " NAME);
  refuses(BEGIN CHART "files:\n  x/" NAME ": " DIGEST "\n" SIGNATURE, "names no file");
  refuses(BEGIN CHART "files: {}\n" SIGNATURE, "names no file");
  refuses(BEGIN CHART "images:\n  " NAME ": " DIGEST "\n" SIGNATURE, "names no file");
  refuses(BEGIN CHART SIGNATURE, "names no file");
}

/* Sums where somebody who reads less closely would find them. */
static void only_the_signed_list_counts(void **state) {
  (void)state;
  refuses(BEGIN "files:\n  " NAME ": " DIGEST "\n...\nfiles: {}\n" SIGNATURE, "names no file");
  refuses(BEGIN CHART "x:\n  files:\n    " NAME ": " DIGEST "\n" SIGNATURE, "names no file");
  refuses(BEGIN CHART "files:\n  x:\n    " NAME ": " DIGEST "\n" SIGNATURE, "names no file");
  refuses(BEGIN CHART "files:\n  " NAME ":\n    x: " DIGEST "\n" SIGNATURE, "names no file");
  refuses(BEGIN CHART "files: {}\n...\n" FILES SIGNATURE, "names no file");
  refuses(BEGIN CHART "files: {}\n---\n" FILES SIGNATURE, "no signed text");
  refuses(BEGIN CHART "files: {}\n- ---\n" FILES SIGNATURE, "names no file");
  refuses(BEGIN CHART "files:\n  " NAME ": " OTHER "\n  " NAME ": " DIGEST "\n" SIGNATURE,
          "not as helm writes it");
  refuses(BEGIN CHART FILES FILES SIGNATURE, "not as helm writes it");
  refuses(BEGIN CHART FILES "files: {}\n" SIGNATURE, "not as helm writes it");
  refuses(BEGIN CHART "- files\n" SIGNATURE, "not as helm writes it");
  refuses(BEGIN CHART "- - files\n" SIGNATURE, "not as helm writes it");
  refuses(BEGIN CHART "files: [" NAME ": " DIGEST "]\n" SIGNATURE, "not as helm writes it");
  refuses(BEGIN CHART "files: &a {" NAME ": " DIGEST "}\nx: *a\n" SIGNATURE,
          "not as helm writes it");
  refuses(BEGIN CHART "? {a: b}\n: c\n" FILES SIGNATURE, "not as helm writes it");
  refuses(BEGIN CHART "files: {\n" SIGNATURE, "not as helm writes it");
  refuses(BEGIN CHART "\xff\n" FILES SIGNATURE, "not as helm writes it");
}

static void only_signed_text_counts(void **state) {
  static const char *const texts[] = {
      "",
      "\n",
      FILES,
      CHART FILES,
      "<html>" BEGIN CHART FILES SIGNATURE,
      FILES BEGIN CHART "files: {}\n" SIGNATURE,
      BEGIN CHART FILES,
      BEGIN CHART FILES "-----BEGIN PGP SIGNATURE-----\n",
      BEGIN CHART FILES SIGNATURE "\nmore",
      BEGIN CHART FILES SIGNATURE "\n" BEGIN CHART FILES SIGNATURE,
      BEGIN BEGIN CHART FILES SIGNATURE,
      BEGIN FILES SIGNATURE,
      "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n" CHART FILES SIGNATURE,
      "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\nfiles: {}\n\n" CHART FILES SIGNATURE,
      "-----BEGIN PGP SIGNED MESSAGE----- x\nHash: SHA512\n\n" CHART FILES SIGNATURE,
      "-----BEGIN PGP SIGNED MESSAGE-----",
      "-----BEGIN PGP MESSAGE-----\n\n" CHART FILES SIGNATURE,
      BEGIN CHART "-x\n" FILES SIGNATURE,
      BEGIN CHART FILES "-----BEGIN PGP SIGNATURE-----\n-----BEGIN PGP SIGNATURE-----\n"
                        "-----END PGP SIGNATURE-----\n",
  };
  (void)state;
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    refuses(texts[i], "no signed text as helm writes it");
  static const char nul[] = BEGIN CHART "\0" FILES SIGNATURE;
  auto_free char *why = provenance_check(nul, sizeof nul - 1, NAME, DIGEST);
  assert_non_null(why);
}

/* Any beginning of it, in memory of exactly that size. */
static void cut_texts_are_refused(void **state) {
  static const char whole[] = BEGIN CHART FILES SIGNATURE;
  (void)state;
  for (size_t size = 0; size < sizeof whole - 1; size++) {
    auto_free char *text = malloc(size ? size : 1);
    memcpy(text, whole, size);
    auto_free char *why = provenance_check(text, size, NAME, DIGEST);
    assert_non_null(why);
  }
}

static void depth_is_survived(void **state) {
  (void)state;
  size_t size = 1 << 20;
  auto_free char *text = registry_zalloc(size + 4096);
  int length = snprintf(text, 4096, "%s%sfiles: ", BEGIN, CHART);
  memset(text + length, '[', size);
  snprintf(text + length + size, 2048, "\n%s", SIGNATURE);
  refuses(text, "not as helm writes it");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(accepts_what_helm_writes),    cmocka_unit_test(other_sums_do_not_fit),
      cmocka_unit_test(only_the_signed_list_counts), cmocka_unit_test(only_signed_text_counts),
      cmocka_unit_test(cut_texts_are_refused),       cmocka_unit_test(depth_is_survived),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
