/* SPDX-License-Identifier: Apache-2.0 */
/* The start of a run, seen by its sources. */
#ifndef ENGINE_BEGIN_H
#define ENGINE_BEGIN_H
#include "engine/run.h"

/* Tells every source that was not told yet which entries the matrix has; what fails stands in the
 * source. */
void sources_begin(const struct run_input *);
#endif
