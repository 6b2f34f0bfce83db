/** The two normal forms that Persian text needs, by ICU. */
#ifndef SG_MAPPING_NORMAL_H
#define SG_MAPPING_NORMAL_H

#include "base/arena.h"
#include "base/str.h"

/** NFC (UAX #15); `text` itself when it is that already. */
struct sg_str sg_normal_compose(struct sg_arena *arena, struct sg_str text);

/**
 * Arabic presentation forms (U+FB50–FDFF, U+FE70–FEFC) by their compatibility mapping, all else as
 * it is; `text` itself when it has none. NFKC for the whole text would change too much: ½, ², ™.
 */
struct sg_str sg_normal_unshape(struct sg_arena *arena, struct sg_str text);

#endif
