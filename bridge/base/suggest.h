/** "Did you mean …?": the known word that is nearest to a misspelt one. */
#ifndef SG_BASE_SUGGEST_H
#define SG_BASE_SUGGEST_H

#include "base/arena.h"
#include "base/str.h"

/** The nearest of `count` words, by edits of single bytes; NULL when none is near enough to help. */
const struct sg_str *sg_suggest(struct sg_str wrong, const struct sg_str *words, size_t count);

/**
 * What a message about an unknown word ends with: "; did you mean `optional`?", or, when none is near,
 * "; one of from, optional" (the first 24 of them), or "" when there are none. Zero-terminated.
 */
const char *sg_suggest_ending(struct sg_arena *arena, struct sg_str wrong,
                              const struct sg_str *words, size_t count);

#endif
