/* SPDX-License-Identifier: Apache-2.0 */
/* The formats of problems; shared by the problem_*.c files only. */
#ifndef CONFIG_PROBLEM_PRINT_H
#define CONFIG_PROBLEM_PRINT_H
#include "config/problem.h"

void problems_print_text(const struct problems *, bool color, struct buf *out);
#endif
