/**
 * Text as Persian offices write it: white space, digits and letters made alike (format.md, 4).
 *
 * Each function takes UTF-8 and gives UTF-8 that lives as long as both `arena` and `text`: where
 * nothing changes it is `text` itself. ASCII is never copied but by what changes ASCII.
 *
 * ZWNJ (U+200C) is spelling, not decoration: it is kept inside words, and dropped only at the ends
 * and beside white space, where it says nothing.
 */
#ifndef SG_MAPPING_PERSIAN_H
#define SG_MAPPING_PERSIAN_H

#include "base/arena.h"
#include "base/str.h"

/** White space (Unicode's White_Space) and ZWNJ off both ends. */
struct sg_str sg_persian_trim(struct sg_str text);

/** The same, and every run of white space inside, with the ZWNJs in it, becomes one space. */
struct sg_str sg_persian_collapse(struct sg_arena *arena, struct sg_str text);

/** Control and bidi characters and BOM dropped; line ends, tab, ZWNJ and ZWJ stay. */
struct sg_str sg_persian_clean(struct sg_arena *arena, struct sg_str text);

/** Unicode's simple case mapping: one character for one. */
struct sg_str sg_persian_lower(struct sg_arena *arena, struct sg_str text);
struct sg_str sg_persian_upper(struct sg_arena *arena, struct sg_str text);

/**
 * The first `most` code points; a base with its combining marks that does not fit is left out
 * whole. Borrowed from `text`.
 */
struct sg_str sg_persian_cut(struct sg_str text, size_t most);

/** `0` put before it until it has `least` code points. */
struct sg_str sg_persian_pad(struct sg_arena *arena, struct sg_str text, size_t least);

/** Persian (U+06F0), Arabic-Indic (U+0660) and fullwidth (U+FF10) digits to ASCII. */
struct sg_str sg_persian_digits(struct sg_arena *arena, struct sg_str text);

/** ASCII digits to Persian ones, U+06F0 to U+06F9. */
struct sg_str sg_persian_persian_digits(struct sg_arena *arena, struct sg_str text);

/**
 * NFC; presentation forms (U+FB50–FDFF, U+FE70–FEFF) to the letters they show, by their
 * compatibility mapping, which nothing outside those blocks is put through; Yeh U+064A and Kaf
 * U+0643 to U+06CC and U+06A9, the only ones that Persian has (ISIRI 6219).
 * So is Alef Maksura U+0649: Persian has no such letter. Where it stands in a Persian text it is a
 * final Yeh, typed so because windows-1256 has no U+06CC and this one looks the same.
 */
struct sg_str sg_persian_letters(struct sg_arena *arena, struct sg_str text);

/**
 * The same with U+06CC and U+06A9 to U+064A and U+0643, for a system of before Unicode. U+0649
 * stays: Arabic does have it.
 */
struct sg_str sg_persian_arabic_letters(struct sg_arena *arena, struct sg_str text);

/** What two texts must have in common to say the same: letters, digits, collapse. For shapes. */
struct sg_str sg_persian_fold(struct sg_arena *arena, struct sg_str text);

#endif
