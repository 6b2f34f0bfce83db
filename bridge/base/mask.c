#include "base/mask.h"

#include "base/buffer.h"

enum {
    DIGITS_MASKED = 7,
    LOOKED_AT_MAX = 8 * SG_MASK_MAX, /* bytes: a fault of 16 MB costs no more than a page */
};

/* How many bytes the digit at `i` takes: ASCII, U+0660–0669 or U+06F0–06F9; 0 when it is none. */
static size_t digit_bytes(struct sg_str text, size_t i)
{
    unsigned char byte = i < text.length ? (unsigned char)text.at[i] : 0;
    unsigned char next = i + 1 < text.length ? (unsigned char)text.at[i + 1] : 0;

    if (byte >= '0' && byte <= '9')
        return 1;
    if ((byte == 0xd9 && next >= 0xa0 && next <= 0xa9) ||
        (byte == 0xdb && next >= 0xb0 && next <= 0xb9))
        return 2;
    return 0;
}

static int digit_value(struct sg_str text, size_t i)
{
    size_t bytes = digit_bytes(text, i);

    return ((unsigned char)text.at[i + bytes - 1] & 0x0f); /* the low bits, in all three blocks */
}

/* The end of the digits from `i` on, and how many they are. */
static size_t run_end(struct sg_str text, size_t i, size_t *digits)
{
    *digits = 0;
    for (size_t bytes; (bytes = digit_bytes(text, i)) > 0; i += bytes)
        ++*digits;
    return i;
}

/* A year of either calendar and a hyphen: a date, or a number that starts anew each year. */
static bool is_year(struct sg_str text, size_t i)
{
    size_t digits = 0, end = run_end(text, i, &digits);

    if (digits != 4 || end == text.length || text.at[end] != '-')
        return false;
    int century = digit_value(text, i) * 10 + digit_value(text, i + digit_bytes(text, i));

    return century == 13 || century == 14 || century == 19 || century == 20;
}

/* The end of a number that starts at `i`, groups and all, and how many digits it has. */
static size_t number_end(struct sg_str text, size_t i, size_t *digits)
{
    bool is_grouped = !is_year(text, i);
    size_t end = run_end(text, i, digits), more = 0;

    while (is_grouped && end < text.length && (text.at[end] == '-' || text.at[end] == ' ') &&
           digit_bytes(text, end + 1) > 0) {
        end = run_end(text, end + 1, &more);
        *digits += more;
    }
    return end;
}

static bool is_mail_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("._%+-", c) != NULL);
}

/* The end of an e-mail address that starts at `i`; `i` when none does. */
static size_t mail_end(struct sg_str text, size_t i)
{
    size_t at = i;

    while (at < text.length && is_mail_byte(text.at[at]))
        at++;
    if (at == i || at == text.length || text.at[at] != '@')
        return i;
    size_t end = at + 1;

    while (end < text.length && is_mail_byte(text.at[end]))
        end++;
    return end > at + 1 ? end : i;
}

/* The end of the word of address bytes at `i`, so that no address is looked for inside of one. */
static size_t word_end(struct sg_str text, size_t i)
{
    while (i < text.length && is_mail_byte(text.at[i]) && digit_bytes(text, i) == 0)
        i++;
    return i;
}

static struct sg_str between(struct sg_str text, size_t from, size_t to)
{
    return (struct sg_str){text.at + from, to - from};
}

/* Copies one character, or one control character as a space; gives where the next one is. */
static size_t copy_character(struct sg_buffer *out, struct sg_str text, size_t i)
{
    unsigned char byte = (unsigned char)text.at[i];
    size_t end = i + 1;

    while (end < text.length && ((unsigned char)text.at[end] & 0xc0) == 0x80)
        end++;
    if (byte < ' ' || byte == 0x7f || (byte == 0xc2 && (unsigned char)text.at[end - 1] < 0xa0))
        sg_buffer_add_byte(out, ' ');
    else
        sg_buffer_add(out, between(text, i, end));
    return end;
}

/* Where the character begins that the byte `i` belongs to. */
static size_t character_start(struct sg_str text, size_t i)
{
    while (i > 0 && ((unsigned char)text.at[i] & 0xc0) == 0x80)
        i--;
    return i;
}

static struct sg_str cut(struct sg_arena *arena, struct sg_str text)
{
    size_t characters = 0;

    for (size_t i = 0; i < text.length; i++) {
        if (((unsigned char)text.at[i] & 0xc0) != 0x80 && characters++ == SG_MASK_MAX)
            return sg_str_format(arena, "%.*s…", (int)i, text.at);
    }
    return text;
}

struct sg_str sg_mask_text(struct sg_arena *arena, struct sg_str text)
{
    struct sg_buffer out = {.arena = arena};
    size_t i = 0;

    if (text.length > LOOKED_AT_MAX)
        text.length = character_start(text, LOOKED_AT_MAX);
    while (i < text.length) {
        size_t digits = 0, end = mail_end(text, i);

        if (end == i && digit_bytes(text, i) > 0)
            end = number_end(text, i, &digits);
        else if (end == i)
            end = word_end(text, i);
        else
            digits = DIGITS_MASKED; /* an address: masked like a number that is long enough */
        if (digits >= DIGITS_MASKED)
            sg_buffer_add(&out, SG_STR("***"));
        else if (end > i)
            sg_buffer_add(&out, between(text, i, end));
        else
            end = copy_character(&out, text, i);
        i = end;
    }
    return cut(arena, sg_buffer_text(&out));
}
