/* SPDX-License-Identifier: Apache-2.0 */
/* Findings that a scanner gives. */
#include "plugin/sink_findings.h"
#include "base/fs.h"
#include "base/text.h"
#include "oci/digest.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CVSS_MAX 1000 /* of one finding */
#define SCORE_MAX 100 /* tenths */
#define MILLION 1000000
#define WORD_MAX 256 /* of a system, its version, a format */
#define FLAGS_KNOWN                                                                         \
  (ARTM_FINDING_PUBLISHED | ARTM_FINDING_MODIFIED | ARTM_FINDING_EPSS | ARTM_FINDING_RISK | \
   ARTM_FINDING_KEV)

/* A plugin that swallows the failure does not end well all the same. */
static int32_t keep(struct error *kept, struct artm_call *call, int32_t answer) {
  if (answer < 0 && !kept->code)
    error_copy(kept, &call->error);
  return answer;
}

static bool is_cvss(const struct artm_finding *finding) {
  const size_t least = SIZE_THROUGH(struct artm_cvss, vector);
  if (finding->cvss_count == 0)
    return true;
  if (!finding->cvss || finding->cvss_count > CVSS_MAX || finding->cvss_stride < least ||
      finding->cvss_stride % _Alignof(struct artm_cvss) != 0)
    return false;
  for (uint32_t i = 0; i < finding->cvss_count; i++) {
    const struct artm_cvss *cvss =
        (const void *)((const char *)finding->cvss + (size_t)i * finding->cvss_stride);
    if (cvss->struct_size < least || cvss->struct_size > finding->cvss_stride ||
        cvss->score > SCORE_MAX)
      return false;
  }
  return true;
}

/* What is wrong with a finding, or NULL. */
static const char *damage(const struct artm_finding *finding) {
  if (!finding->id || !*finding->id)
    return "has no id";
  if (!finding->package_name || !*finding->package_name)
    return "names no package";
  if (finding->severity >= SEVERITY_COUNT)
    return "has an unknown severity";
  if (finding->fix_state > ARTM_FIX_NOT_AFFECTED)
    return "has an unknown state of its fix";
  if (finding->package_class > ARTM_PACKAGE_LANG)
    return "has an unknown class of package";
  if (!is_cvss(finding))
    return "has damaged CVSS scores";
  if ((finding->flags & ARTM_FINDING_EPSS) && finding->epss > MILLION)
    return "has an EPSS above 1";
  return NULL;
}

static int32_t take_finding(struct finding_list *list, const struct artm_finding *given) {
  struct artm_finding finding = {0};
  memcpy(&finding, given,
         given->struct_size < sizeof finding ? given->struct_size : sizeof finding);
  finding.struct_size = sizeof finding;
  if (finding.flags & ~FLAGS_KNOWN)
    return call_fail(list->call, ARTM_E_UNSUPPORTED, "unknown flags of a finding: 0x%x",
                     finding.flags);
  const char *wrong = damage(&finding);
  if (wrong)
    return visit_misbehaved(list->plugin, list->call, "finding %zu %s",
                            list->result->finding_count + 1, wrong);
  if (list->result->finding_count == FINDINGS_MAX)
    return call_fail(list->call, ARTM_E_LOCAL, "the scan found more than %d vulnerabilities",
                     FINDINGS_MAX);
  scan_result_add(list->result, &finding);
  if (list->result->memory.total >= FINDINGS_MEMORY_MAX)
    return call_fail(list->call, ARTM_E_LOCAL, "what the scan found exceeds %u MiB",
                     FINDINGS_MEMORY_MAX >> 20);
  return 0;
}

static int32_t add(struct artm_finding_sink *sink, const struct artm_finding *given) {
  struct finding_list *list = (struct finding_list *)(void *)sink;
  return list->kept.code ? list->kept.code
                         : keep(&list->kept, list->call, take_finding(list, given));
}

/* A short word, whatever bytes it is made of. */
static const char *keep_word(struct scan_result *result, const char *word) {
  auto_buf shown = {0};
  if (!word || !*word)
    return NULL;
  text_escape(&shown, word, -1, WORD_MAX);
  return arena_copy(&result->memory, shown.data);
}

static int32_t take_os(struct finding_list *list, const char *family, const char *version,
                       uint32_t flags) {
  struct scan_result *result = list->result;
  if (flags & ~ARTM_OS_END_OF_LIFE)
    return call_fail(list->call, ARTM_E_UNSUPPORTED, "unknown flags of an operating system: 0x%x",
                     flags);
  if (!family || !*family)
    return visit_misbehaved(list->plugin, list->call,
                            "it names an operating system without a name");
  result->os_known = true;
  result->os_eol = (flags & ARTM_OS_END_OF_LIFE) != 0;
  result->os_family = keep_word(result, family);
  result->os_version = keep_word(result, version);
  return 0;
}

static int32_t os(struct artm_finding_sink *sink, const char *family, const char *version,
                  uint32_t flags) {
  struct finding_list *list = (struct finding_list *)(void *)sink;
  return list->kept.code ? list->kept.code
                         : keep(&list->kept, list->call, take_os(list, family, version, flags));
}

static int32_t hash_file(struct artm_call *call, const char *path, int fd, struct digest *ret) {
  struct hasher *hasher = hasher_new(NULL);
  char data[65536];
  int32_t rc = 0;
  ssize_t n = 0;
  do {
    n = read(fd, data, sizeof data);
    if (n > 0)
      hasher_add(hasher, data, (size_t)n);
    else if (n < 0 && errno != EINTR)
      rc = call_fail(call, ARTM_E_LOCAL, "can't read %s: %s", path, strerror(errno));
    rc = rc ? rc : call_check(call);
  } while (rc == 0 && n != 0);
  if (!rc)
    *ret = hasher_result(hasher);
  hasher_free(hasher);
  return rc;
}

/* The tool may have put anything there: a link, a pipe that nobody writes to. */
static int32_t take_raw(struct finding_list *list, const char *file, const char *format) {
  struct scan_result *result = list->result;
  struct stat st;
  struct digest digest;
  if (!file || !*file || strchr(file, '/') || strcmp(file, ".") == 0 || strcmp(file, "..") == 0)
    return visit_misbehaved(list->plugin, list->call, "\"%s\" is no file of the scan's folder",
                            file ? file : "");
  if (!format || !*format)
    return visit_misbehaved(list->plugin, list->call, "a raw report comes without its format");
  auto_free char *path = fs_join(list->folder, file);
  auto_fd fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0 && errno != ENOENT && errno != ELOOP)
    return call_fail(list->call, ARTM_E_LOCAL, "can't read %s: %s", path, strerror(errno));
  if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
    return visit_misbehaved(list->plugin, list->call, "the raw report %s is no plain file", file);
  int32_t rc = hash_file(list->call, path, fd, &digest);
  if (rc)
    return rc;
  result->raw_file = arena_copy(&result->memory, path);
  result->raw_format = keep_word(result, format);
  result->raw_sha256 = arena_copy(&result->memory, digest_hex(&digest));
  return 0;
}

static int32_t raw(struct artm_finding_sink *sink, const char *file, const char *format) {
  struct finding_list *list = (struct finding_list *)(void *)sink;
  return list->kept.code ? list->kept.code
                         : keep(&list->kept, list->call, take_raw(list, file, format));
}

void finding_list_init(struct finding_list *list, const struct plugin *plugin,
                       struct artm_call *call, const char *folder, struct scan_result *result) {
  *list = (struct finding_list){
      .abi = {.struct_size = sizeof list->abi, .add = add, .os = os, .raw = raw},
      .call = call,
      .plugin = plugin,
      .folder = folder,
      .result = result};
}

int finding_list_result(struct finding_list *list, int answer) {
  struct scan_result *result = list->result;
  if (list->kept.code)
    answer = error_move(&list->call->error, &list->kept);
  if (answer) {
    result->finding_count = 0;
    result->os_known = result->os_eol = false;
    result->os_family = result->os_version = NULL;
    result->raw_file = result->raw_format = result->raw_sha256 = NULL;
  } else {
    scan_result_sort(result);
  }
  return answer;
}
