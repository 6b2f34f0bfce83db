/** Character sets of one byte a character, as systems of before Unicode speak them; by ICU. */
#ifndef SG_TREE_CHARSET_H
#define SG_TREE_CHARSET_H

#include "base/arena.h"
#include "base/error.h"
#include "base/scope.h"
#include "base/str.h"

/** Never changes: threads may share it. NULL stands for UTF-8: then text passes as it is. */
struct sg_charset;

/** The character set of that name ("windows-1256"), which ICU must know. Lives in the arena. */
const struct sg_charset *sg_charset_open(struct sg_arena *arena, const char *name);

/** As it stands in a Content-Type and an XML declaration: "utf-8", "windows-1256". */
const char *sg_charset_name(const struct sg_charset *charset);

/** Bytes as UTF-8. Every byte of such a set is a character; of UTF-8 nothing is checked here. */
struct sg_str sg_charset_decode(const struct sg_charset *charset, struct sg_arena *arena,
                                struct sg_str bytes);

/** What does not fit into the character set. */
enum sg_charset_misfit {
    SG_CHARSET_REFUSED, /* is an error */
    SG_CHARSET_XML,     /* is `&#…;` in the text and the attributes of an XML document of ours */
};

/**
 * UTF-8 as bytes, folded as sg_charset_fold() does. Fails with SG_ERROR_INPUT and the code point,
 * at no place, where a character does not fit; in XML only where it stands in a name. `*out` is as
 * it was then.
 */
SG_MUST_USE bool sg_charset_encode(const struct sg_charset *charset, struct sg_arena *arena,
                                   struct sg_str text, enum sg_charset_misfit misfit,
                                   struct sg_str *out, struct sg_error *err);

/**
 * The letters that say the same in the character set's stead, where it lacks them: Persian Yeh
 * (U+06CC) is U+064A, Persian and Arabic-Indic digits are ASCII's. Nothing else is changed.
 */
struct sg_str sg_charset_fold(const struct sg_charset *charset, struct sg_arena *arena,
                              struct sg_str text);

#endif
