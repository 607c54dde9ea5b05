/* SPDX-License-Identifier: Apache-2.0 */
/* What a range is made of; shared by the semver_range*.c files only. */
#ifndef CONFIG_SEMVER_RANGE_H
#define CONFIG_SEMVER_RANGE_H
#include "config/semver.h"

enum range_relation {
  RANGE_EQUAL, /* also without any sign */
  RANGE_NOT,
  RANGE_ABOVE,
  RANGE_BELOW,
  RANGE_AT_LEAST,
  RANGE_AT_MOST,
  RANGE_TILDE,
  RANGE_CARET
};

struct range_term {
  enum range_relation relation;
  unsigned parts;        /* how many of the three numbers are given, from the left */
  struct semver version; /* those not given are 0 */
  bool prereleases;      /* a term of its alternative names one */
  bool last;             /* of its alternative */
};

struct semver_range {
  char *text; /* the terms borrow it */
  struct range_term *terms;
  size_t count;
};
#endif
