/** Regular expressions of mappings: PCRE2, UTF, with limits on what a match may cost. */
#ifndef SG_MAPPING_REGEX_H
#define SG_MAPPING_REGEX_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/scope.h"
#include "base/str.h"

struct sg_regex; /* never changes once compiled: threads may share it */

/**
 * Compiles `pattern`, whose first byte stands at `at`. On success `*out` lives as long as `arena`.
 * Fails with SG_ERROR_INPUT and PCRE2's own words, the column being that of the offset it names.
 */
SG_MUST_USE bool sg_regex_compile(struct sg_arena *arena, struct sg_str pattern, struct sg_place at,
                                  const struct sg_regex **out, struct sg_error *err);

/**
 * Looks for the first match anywhere in `text`. `*found` (may be NULL) becomes group 1, "" if that
 * took no part, or all of the match when the pattern has no group; borrowed from `text`.
 * Fails with SG_ERROR_INPUT at the pattern's place when a match would cost too much.
 */
SG_MUST_USE bool sg_regex_find(const struct sg_regex *regex, struct sg_str text, bool *is_found,
                               struct sg_str *found, struct sg_error *err);

/**
 * Puts `by` in the place of every match: `$1` is group 1, `$0` all of the match, `$$` a dollar.
 * Any other `$` stands for itself; a group that took no part is "". Fails as sg_regex_find() does.
 */
SG_MUST_USE bool sg_regex_replace(struct sg_arena *arena, const struct sg_regex *regex,
                                  struct sg_str text, struct sg_str by, struct sg_str *out,
                                  struct sg_error *err);

/** How many groups the pattern has. */
unsigned sg_regex_groups(const struct sg_regex *regex);

#endif
