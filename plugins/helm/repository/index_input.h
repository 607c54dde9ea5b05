/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of an index on their way to libyaml: bounded, hashed, kept, JSON made digestible. */
#ifndef PLUGINS_HELM_INDEX_INPUT_H
#define PLUGINS_HELM_INDEX_INPUT_H
#include <artmirror/host.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

#define INDEX_MAX (64u << 20)
#define INDEX_VALUE_MAX (2u << 20)    /* of one value, comments before it included */
#define INDEX_PROLOG_MAX (256u << 10) /* before the document: libyaml compares all directives */
#define INDEX_INPUT_SIZE (64u << 10)

/* Why an index can't be read. */
struct index_problem {
  int32_t code;    /* 0: none */
  bool told;       /* the host recorded it already; then there is no text */
  bool broken_off; /* the transfer, worth another try */
  char *text;      /* as "line 7: did not find expected key" */
};
void index_problem_set(struct index_problem *, int32_t code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void index_problem_done(struct index_problem *);

struct index_input {
  const struct artm_host *host;
  struct artm_call *call;
  struct artm_stream *stream; /* lent, or NULL and */
  int fd;                     /* lent */
  EVP_MD_CTX *hash;           /* of all bytes as they come; NULL: nobody asks */
  int copy_fd;                /* gets the same bytes, or -1; also after an error of its own */
  struct index_problem problem;

  uint64_t total;
  size_t since_event; /* bytes given out since index_input_event */
  bool in_document, started, is_json, ended;
  size_t at, ready, filled; /* data: given out up to at, fit for libyaml up to ready */
  unsigned char data[INDEX_INPUT_SIZE];
};

/* libyaml's read handler; the argument is a struct index_input. */
int index_input_read(void *input, unsigned char *buffer, size_t size, size_t *got);
/* libyaml made an event of what it was given. */
void index_input_event(struct index_input *, bool in_document);
/* Reads what follows the document. */
void index_input_drain(struct index_input *);

/* index_json.c: rewrites JSON's surrogate pairs, which YAML does not know, in place. Returns how
 * much of size is done; the rest is the beginning of an escape, unless no more will come. *length
 * is what became of it. */
size_t index_json_rewrite(unsigned char *data, size_t size, bool last, size_t *length);
#endif
