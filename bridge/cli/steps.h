/** The steps of a mapping's rules, kept while they are done, and shown target by target. */
#ifndef SG_CLI_STEPS_H
#define SG_CLI_STEPS_H

#include "cli/screen.h"
#include "mapping/observer.h"

struct sg_steps; /* of one run, or of several after each other */

/** Lives as long as `arena`, which must be that of the runs. */
struct sg_steps *sg_steps_new(struct sg_arena *arena);

/** What a run is given, for its steps to be kept here. */
const struct sg_observer *sg_steps_observer(const struct sg_steps *steps);

/** How many targets there are that stand in no other; 0 when no rule of one was run. */
size_t sg_steps_targets(const struct sg_steps *steps);
/** How many of them failed: their rule could not be kept, or the type of their input was not met. */
size_t sg_steps_failed(const struct sg_steps *steps);

/**
 * For people: the tests before the first target; then each target with its place, what was read for
 * it, what each transform made of it, and where it stopped. Masked, values are as in cli/record.h.
 */
void sg_steps_print(const struct sg_steps *steps, const struct sg_screen *screen, bool is_masked);

/** For programs: a list of objects in the order of the steps, `step` being the kind of each. */
struct sg_node *sg_steps_to_node(const struct sg_steps *steps, bool is_masked);

#endif
