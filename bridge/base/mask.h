/** Foreign words made fit to be kept and shown: without what tells who a citizen is. */
#ifndef SG_BASE_MASK_H
#define SG_BASE_MASK_H

#include "base/arena.h"
#include "base/str.h"

enum { SG_MASK_MAX = 200 }; /* characters kept */

/**
 * `text`, which is UTF-8, on one line: numbers of seven or more digits (ASCII, Persian or Arabic;
 * grouped by single spaces or hyphens too, as telephone numbers and national codes are written) and
 * e-mail addresses become `***`, control characters a space, and what is over SG_MASK_MAX
 * characters `…`. A year and what follows it by a hyphen, as in dates and ticket numbers, stays.
 */
struct sg_str sg_mask_text(struct sg_arena *arena, struct sg_str text);

#endif
