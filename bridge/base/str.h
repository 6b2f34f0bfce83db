/** Text that knows its length. */
#ifndef SG_BASE_STR_H
#define SG_BASE_STR_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/** Bytes of UTF-8, borrowed, without a closing zero; passed by value. All zero is "". */
struct sg_str {
    const char *at;
    size_t length;
};

/** For "%.*s". */
#define SG_STR_ARG(str) sg_str_width(str), (str).at

/** A literal as text. */
#define SG_STR(literal) ((struct sg_str){("" literal), sizeof(literal) - 1})

/** The same in the initialiser of a static table, where C wants constants and no such literal. */
#define SG_STR_INIT(literal)              \
    {                                     \
        ("" literal), sizeof(literal) - 1 \
    }

static inline struct sg_str sg_str_of(const char *text)
{
    return (struct sg_str){text, strlen(text)};
}

static inline int sg_str_width(struct sg_str str)
{
    return str.length > INT_MAX ? INT_MAX : (int)str.length;
}

static inline size_t sg_str_count(struct sg_str str, char wanted)
{
    size_t found = 0;

    for (size_t i = 0; i < str.length; i++)
        found += str.at[i] == wanted;
    return found;
}

static inline bool sg_str_equal(struct sg_str a, struct sg_str b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.at, b.at, a.length) == 0);
}

/** The same with a C string: `sg_str_is(name, "from")`. */
static inline bool sg_str_is(struct sg_str str, const char *text)
{
    return sg_str_equal(str, sg_str_of(text));
}

static inline bool sg_str_starts(struct sg_str str, const char *start)
{
    size_t length = strlen(start);

    return str.length >= length && memcmp(str.at, start, length) == 0;
}

/** A letter of ASCII in lower case, whatever the locale; any other byte as it is. */
static inline char sg_char_lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/** What a hexadecimal digit of either case stands for; -1 for any other byte. */
static inline int sg_char_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
        return (c | 0x20) - 'a' + 10;
    return -1;
}

/** Equal but for the case of ASCII letters. */
static inline bool sg_str_equal_loose(struct sg_str a, struct sg_str b)
{
    size_t i = 0;

    if (a.length != b.length)
        return false;
    while (i < a.length && sg_char_lower(a.at[i]) == sg_char_lower(b.at[i]))
        i++;
    return i == a.length;
}

/** What follows the first `bytes` bytes; "" when there are fewer. */
static inline struct sg_str sg_str_skip(struct sg_str str, size_t bytes)
{
    if (bytes >= str.length)
        return (struct sg_str){0};
    return (struct sg_str){str.at + bytes, str.length - bytes};
}

/** Where `wanted`, which is not empty, begins in `text` from `start` on; else the length of `text`. */
static inline size_t sg_str_find(struct sg_str text, size_t start, struct sg_str wanted)
{
    for (size_t i = start; i + wanted.length <= text.length; i++) {
        const char *next =
            (const char *)memchr(text.at + i, wanted.at[0], text.length - wanted.length - i + 1);

        if (next == NULL)
            break;
        i = (size_t)(next - text.at);
        if (memcmp(next, wanted.at, wanted.length) == 0)
            return i;
    }
    return text.length;
}

/** By bytes, as memcmp() does; a prefix comes first. */
static inline int sg_str_compare(struct sg_str a, struct sg_str b)
{
    size_t common = a.length < b.length ? a.length : b.length;
    int order = common == 0 ? 0 : memcmp(a.at, b.at, common);

    if (order != 0)
        return order;
    return a.length < b.length ? -1 : a.length > b.length;
}

#endif
