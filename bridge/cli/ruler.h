/**
 * How much room text takes on a terminal: in columns, by characters as people see them (grapheme
 * clusters, UAX #29), so that Persian with its marks, ZWNJ and wide letters stands aligned.
 *
 * A code point takes none (combining marks, ZWNJ, ZWJ, bidi marks and isolates: Mn, Me, Cf but the
 * soft hyphen), two (East Asian Wide and Fullwidth, UAX #11, most emoji), or one, and a cluster at
 * most two: a family of emoji joined by ZWJ is one picture. What is ambiguous in UAX #11 takes one.
 */
#ifndef SG_CLI_RULER_H
#define SG_CLI_RULER_H

#include "base/arena.h"
#include "base/str.h"

struct sg_ruler; /* one thread at a time */

/** Lives as long as `arena`. */
struct sg_ruler *sg_ruler_new(struct sg_arena *arena);

/** The columns that `text` takes. Here as below it is UTF-8 without control characters. */
int sg_ruler_width(struct sg_ruler *ruler, struct sg_str text);

/**
 * `text` itself when it takes at most `columns`; else as many whole clusters as leave room for the
 * `…` at its end, in `arena`. "" when there is no room at all.
 */
struct sg_str sg_ruler_cut(struct sg_ruler *ruler, struct sg_arena *arena, struct sg_str text,
                           int columns);

#endif
