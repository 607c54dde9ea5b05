/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures, SBOMs and attestations: what refers to a digest. Shared by the referrers*.c files. */
#ifndef ENGINE_REFERRERS_H
#define ENGINE_REFERRERS_H
#include "engine/job.h"
#include "oci/referrers.h"

#define REFERRERS_DEPTH_MAX 4 /* referrers of referrers */

struct referrer {
  struct descriptor descriptor; /* as it was listed, without data */
  char *tag;                    /* of the older kind, which names it; or NULL */
};
struct referrer_list {
  struct referrer *items;
  size_t count, capacity;
  size_t malformed; /* entries of the source's index that are left out */
  bool unknown;     /* a plan does not ask what is counted */
};
void referrer_lists_free(struct map *);

/* engine/referrers_find.c: what refers to a digest at the source, asked once a row. *ret belongs to
 * the row. Errors are in the call. */
int referrers_find(struct row *, struct job *, struct artm_call *, const struct digest *subject,
                   const struct referrer_list **ret);
/* Does the entry want it, as far as the list tells? *ret_sure: its manifest says nothing else. */
bool referrer_may_be_wanted(const struct entry *, const struct referrer *, bool *ret_sure);
bool referrer_is_wanted(const struct entry *, const struct manifest *);

/* engine/referrers_copy.c: brings those of a list that are wanted, and adds the digests of all of
 * them to present. In a plan: counts. Errors are in the call, or in the job if it failed there. */
int referrers_copy(struct job *, struct artm_call *, const struct digest *subject,
                   const struct referrer_list *, struct strings *present);

/* engine/referrers_index.c: the list that stands in for the API of a target that has none. */
/* As it is now; empty if there is none. */
int referrers_index_list(struct job *, struct artm_call *, const struct digest *subject,
                         struct referrers_index *ret);
/* Adds manifests, and looks whether they stay in when others write the list, too. */
int referrers_index_publish(struct job *, struct artm_call *, const struct digest *subject,
                            struct manifest *const *manifests, size_t count);

/* engine/referrers_subject.c: one job at a time is at the referrers of a digest in a repository,
 * and what one was through with is not done again. */
struct subject;
struct subject_table *subject_table_new(void);
void subject_table_free(struct subject_table *);
struct subject *subject_enter(struct subject_table *, const struct job *, const struct digest *);
void subject_leave(struct subject *);
/* Between the two: the digests that a job of this entry left there as referrers; NULL: none was
 * through with it. */
const struct strings *subject_referrers(const struct subject *, const struct entry *);
void subject_remember(struct subject *, const struct entry *, const struct strings *referrers);
#endif
