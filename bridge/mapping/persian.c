#include "mapping/persian.h"

#include <stdint.h>

#include <unicode/uchar.h>

#include "base/buffer.h"
#include "mapping/normal.h"
#include "tree/utf8.h"

enum {
    TAB = 0x09,
    LF = 0x0a,
    CR = 0x0d,
    NEL = 0x85,
    ALM = 0x61c, /* Arabic letter mark: a bidi control */
    ZWNJ = 0x200c,
    ZWJ = 0x200d,
    BOM = 0xfeff,
};

/* What a code point becomes; DROPPED for nothing. */
typedef uint32_t change_fn(uint32_t c);

static const uint32_t DROPPED = UINT32_MAX;

static bool is_ascii(struct sg_str text)
{
    unsigned char all = 0;

    for (size_t i = 0; i < text.length; i++)
        all |= (unsigned char)text.at[i];
    return all < 0x80;
}

/* Whether a character may change that has this byte. */
typedef bool mark_fn(unsigned char byte);

static bool is_any(unsigned char byte)
{
    (void)byte;
    return true;
}

/* The start of the first character from `i` on with a marked byte; the end when there is none. */
__attribute__((always_inline)) static inline size_t find_marked(struct sg_str text, size_t i,
                                                                mark_fn *is_marked)
{
    while (i < text.length && !is_marked((unsigned char)text.at[i]))
        i++;
    while (i < text.length && i > 0 && ((unsigned char)text.at[i] & 0xc0) == 0x80)
        i--;
    return i;
}

/* One code point for one. Nothing is copied before the first that changes. Inlined, so that `change`
 * and `is_marked` are as well: they are asked of every character, and of every byte. */
__attribute__((always_inline)) static inline struct sg_str
change_marked(struct sg_arena *arena, struct sg_str text, mark_fn *is_marked, change_fn *change)
{
    struct sg_buffer out = {.arena = arena};
    size_t kept = 0; /* bytes of text that are in `out` */

    for (size_t i = 0; (i = find_marked(text, i, is_marked)) < text.length;) {
        size_t start = i;
        uint32_t c = sg_utf8_next(text, &i);
        uint32_t changed = change(c);

        if (changed == c)
            continue;
        sg_buffer_add(&out, (struct sg_str){text.at + kept, start - kept});
        kept = i;
        if (changed != DROPPED)
            sg_utf8_add(&out, changed);
    }
    if (kept == 0)
        return text;
    sg_buffer_add(&out, sg_str_skip(text, kept));
    return sg_buffer_text(&out);
}

__attribute__((always_inline)) static inline struct sg_str
change_each(struct sg_arena *arena, struct sg_str text, change_fn *change)
{
    return change_marked(arena, text, is_any, change);
}

/* The block of Persian's letters and digits; it has no white space. */
static bool is_arabic(uint32_t c)
{
    return c >= 0x600 && c <= 0x6ff;
}

static bool is_space(uint32_t c)
{
    if (c < 0x80)
        return c == ' ' || (c >= TAB && c <= CR);
    return !is_arabic(c) && u_isUWhiteSpace((UChar32)c);
}

static bool is_blank(uint32_t c)
{
    return c == ZWNJ || is_space(c);
}

/* Where the character before `end` begins. */
static size_t start_of_last(struct sg_str text, size_t end)
{
    do
        end--;
    while (end > 0 && ((unsigned char)text.at[end] & 0xc0) == 0x80);
    return end;
}

struct sg_str sg_persian_trim(struct sg_str text)
{
    size_t first = 0, end = text.length; /* of what stays */

    for (size_t next = 0; first < end && is_blank(sg_utf8_next(text, &next)); first = next) {
    }
    while (first < end) {
        const size_t last = start_of_last(text, end);
        size_t next = last;

        if (!is_blank(sg_utf8_next(text, &next)))
            break;
        end = last;
    }
    return first < end ? (struct sg_str){text.at + first, end - first} : (struct sg_str){0};
}

/* Moves past the run of white space and ZWNJ of which `c` was the first; says if white space was in
 * it. */
static bool skip_blanks(struct sg_str text, uint32_t c, size_t *i)
{
    bool has_space = c != ZWNJ;

    while (*i < text.length) {
        size_t next = *i;

        c = sg_utf8_next(text, &next);
        if (!is_blank(c))
            break;
        has_space = has_space || c != ZWNJ;
        *i = next;
    }
    return has_space;
}

struct sg_str sg_persian_collapse(struct sg_arena *arena, struct sg_str text)
{
    struct sg_str inside = sg_persian_trim(text);
    struct sg_buffer out = {.arena = arena};
    size_t kept = 0;

    for (size_t i = 0; i < inside.length;) {
        size_t start = i;
        uint32_t c = sg_utf8_next(inside, &i);

        if (is_blank(c) && skip_blanks(inside, c, &i) &&
            !(i == start + 1 && inside.at[start] == ' ')) {
            sg_buffer_add(&out, (struct sg_str){inside.at + kept, start - kept});
            sg_buffer_add_byte(&out, ' ');
            kept = i;
        }
    }
    if (kept == 0)
        return inside;
    sg_buffer_add(&out, sg_str_skip(inside, kept));
    return sg_buffer_text(&out);
}

static uint32_t cleaned(uint32_t c)
{
    if (c == TAB || c == LF || c == CR || c == NEL)
        return c;
    if (c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == BOM)
        return DROPPED;
    if (c < 0x80 || c == ZWNJ || (is_arabic(c) && c != ALM))
        return c;
    return u_hasBinaryProperty((UChar32)c, UCHAR_BIDI_CONTROL) ? DROPPED : c;
}

/* Controls, those from U+0080 on, U+061C by its second byte, and what has three bytes or more. */
static bool may_be_cleaned(unsigned char byte)
{
    return byte < 0x20 || byte == 0x7f || byte == 0x9c || byte == 0xc2 || byte >= 0xe0;
}

struct sg_str sg_persian_clean(struct sg_arena *arena, struct sg_str text)
{
    return change_marked(arena, text, may_be_cleaned, cleaned);
}

static uint32_t lowered(uint32_t c)
{
    return (uint32_t)u_tolower((UChar32)c);
}

static uint32_t uppered(uint32_t c)
{
    return (uint32_t)u_toupper((UChar32)c);
}

struct sg_str sg_persian_lower(struct sg_arena *arena, struct sg_str text)
{
    return change_each(arena, text, lowered);
}

struct sg_str sg_persian_upper(struct sg_arena *arena, struct sg_str text)
{
    return change_each(arena, text, uppered);
}

/* ZWJ ties what follows it; ZWNJ ends a letter's form and may stand last. */
static bool is_tied(uint32_t c)
{
    return c >= 0x300 && (c == ZWJ || (U_GET_GC_MASK((UChar32)c) & U_GC_M_MASK) != 0);
}

struct sg_str sg_persian_cut(struct sg_str text, size_t most)
{
    size_t i = 0, sequence = 0; /* where the last combining sequence begins */

    if (text.length <= most)
        return text; /* no more code points than bytes */
    for (size_t count = 0; i < text.length; count++) {
        size_t start = i;
        uint32_t c = sg_utf8_next(text, &i);

        if (!is_tied(c))
            sequence = start;
        if (count == most)
            return (struct sg_str){text.at, sequence};
    }
    return text;
}

struct sg_str sg_persian_pad(struct sg_arena *arena, struct sg_str text, size_t least)
{
    struct sg_buffer out = {.arena = arena};
    size_t count = 0;

    for (size_t i = 0; i < text.length && count < least; count++)
        (void)sg_utf8_next(text, &i);
    if (count == least)
        return text;
    for (; count < least; count++)
        sg_buffer_add_byte(&out, '0');
    sg_buffer_add(&out, text);
    return sg_buffer_text(&out);
}

static uint32_t ascii_digit(uint32_t c)
{
    static const uint32_t zeros[] = {0x6f0, 0x660, 0xff10};

    for (size_t z = 0; z < sizeof zeros / sizeof zeros[0]; z++) {
        if (c >= zeros[z] && c <= zeros[z] + 9)
            return c - zeros[z] + '0';
    }
    return c;
}

struct sg_str sg_persian_digits(struct sg_arena *arena, struct sg_str text)
{
    return is_ascii(text) ? text : change_each(arena, text, ascii_digit);
}

static uint32_t persian_digit(uint32_t c)
{
    return c >= '0' && c <= '9' ? c - '0' + 0x6f0 : c;
}

struct sg_str sg_persian_persian_digits(struct sg_arena *arena, struct sg_str text)
{
    return change_each(arena, text, persian_digit);
}

static uint32_t persian_letter(uint32_t c)
{
    switch (c) {
    case 0x649: /* alef maksura */
    case 0x64a: /* Arabic Yeh */
        return 0x6cc;
    case 0x643: /* Arabic Kaf */
        return 0x6a9;
    default:
        return c;
    }
}

/* A letter of two bytes, as all of Persian are, that becomes another. */
struct letter_pair {
    unsigned char from[2], to[2];
};

/* Asked in loops without a branch, of which the compiler makes such as take 16 bytes at once. */
static inline bool is_letter(struct letter_pair pair, unsigned char first, unsigned char second)
{
    return (first == pair.from[0]) & (second == pair.from[1]);
}

static bool has_letter(struct letter_pair pair, const unsigned char *text, size_t length)
{
    unsigned char found = 0;

    for (size_t i = 1; i < length; i++)
        found |= is_letter(pair, text[i - 1], text[i]);
    return found != 0;
}

static void change_letter(struct letter_pair pair, const unsigned char *restrict text,
                          unsigned char *restrict to, size_t length)
{
    for (size_t i = 1; i < length; i++)
        to[i - 1] = is_letter(pair, text[i - 1], text[i]) ? pair.to[0] : to[i - 1];
    for (size_t i = 1; i < length; i++)
        to[i] = is_letter(pair, text[i - 1], text[i]) ? pair.to[1] : to[i];
}

/* Letters are composed before they are changed: Yeh and a Hamza above it are one letter, which is
 * no Yeh any more. */
static struct sg_str compose(struct sg_arena *arena, struct sg_str text)
{
    return sg_normal_compose(arena, sg_normal_unshape(arena, text));
}

static struct sg_str change_letters(struct sg_arena *arena, struct sg_str text,
                                    const struct letter_pair *pairs, size_t count)
{
    if (is_ascii(text))
        return text;
    const struct sg_str composed = compose(arena, text);
    const unsigned char *from = (const unsigned char *)composed.at;
    unsigned char *to = NULL; /* a copy, once something changes */

    for (size_t p = 0; p < count; p++) {
        if (!has_letter(pairs[p], from, composed.length))
            continue;
        if (to == NULL)
            to = memcpy(sg_arena_get(arena, composed.length, 1), from, composed.length);
        change_letter(pairs[p], from, to, composed.length);
    }
    return to == NULL ? composed : (struct sg_str){(const char *)to, composed.length};
}

struct sg_str sg_persian_letters(struct sg_arena *arena, struct sg_str text)
{
    static const struct letter_pair pairs[] = {
        {{0xd9, 0x89}, {0xdb, 0x8c}}, /* U+0649, alef maksura: U+06CC */
        {{0xd9, 0x8a}, {0xdb, 0x8c}}, /* U+064A, Arabic Yeh */
        {{0xd9, 0x83}, {0xda, 0xa9}}, /* U+0643, Arabic Kaf: U+06A9 */
    };

    return change_letters(arena, text, pairs, sizeof pairs / sizeof pairs[0]);
}

struct sg_str sg_persian_arabic_letters(struct sg_arena *arena, struct sg_str text)
{
    static const struct letter_pair pairs[] = {
        {{0xdb, 0x8c}, {0xd9, 0x8a}},
        {{0xda, 0xa9}, {0xd9, 0x83}},
    };

    static const struct letter_pair hamza = {.from = {0xd9, 0x94}}; /* U+0654, above a letter */
    const struct sg_str changed =
        change_letters(arena, text, pairs, sizeof pairs / sizeof pairs[0]);
    const bool has_hamza = has_letter(hamza, (const unsigned char *)changed.at, changed.length);

    /* It composes with an Arabic Yeh, and did not with a Persian one. */
    return has_hamza ? sg_normal_compose(arena, changed) : changed;
}

static uint32_t folded(uint32_t c)
{
    return ascii_digit(persian_letter(c));
}

/* The letters of Persian and ASCII that are what they fold to, and compose with nothing. */
static bool is_as_folded(uint32_t c)
{
    if (c < 0x80)
        return c > ' ';
    return ((c >= 0x61b && c <= 0x648) || (c >= 0x671 && c <= 0x6d5) || c == 0x60c) && c != 0x643 &&
           c != ALM;
}

/* Most texts are folded already, as one pass tells: such letters, a space or a ZWNJ between them. */
static bool is_folded(struct sg_str text)
{
    bool is_between = false;

    for (size_t i = 0; i < text.length;) {
        const uint32_t c = sg_utf8_next(text, &i);

        if (is_as_folded(c))
            is_between = true;
        else if (is_between && (c == ' ' || c == ZWNJ))
            is_between = false;
        else
            return false;
    }
    return is_between;
}

struct sg_str sg_persian_fold(struct sg_arena *arena, struct sg_str text)
{
    if (is_folded(text))
        return text;
    if (!is_ascii(text))
        text = change_each(arena, compose(arena, text), folded);
    return sg_persian_collapse(arena, text);
}
