#include "tree/html.h"

#include <libxml/HTMLparser.h>

#include "base/buffer.h"
#include "tree/utf8.h"

enum { NAME_MAX_BYTES = 10 }; /* of a reference: HTML 4's longest name has 8 */

struct writing {
    struct sg_str html;
    size_t last_end; /* after the last '>': a '<' from here on begins no tag */
    struct sg_buffer out;
    size_t line_ends; /* seen, and written when something follows … */
    bool has_space;   /* … and so is a space */
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_letter(char c)
{
    return sg_char_lower(c) >= 'a' && sg_char_lower(c) <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What was held back, which says nothing at the beginning; it is forgotten then. */
static void end_gap(struct writing *in)
{
    if (in->out.length > 0 && in->line_ends == 0 && in->has_space)
        sg_buffer_add_byte(&in->out, ' ');
    for (; in->line_ends > 0; in->line_ends--) {
        if (in->out.length > 0)
            sg_buffer_add_byte(&in->out, '\n');
    }
    in->has_space = false;
}

static void write_text(struct writing *in, struct sg_str text)
{
    end_gap(in);
    sg_buffer_add(&in->out, text);
}

/* --- character references --- */

/* What a number means (HTML standard, 13.2.5.84): the numbers from 128 on are those of windows-1252,
 * as they were written before Unicode, and what is no character is U+FFFD. */
static uint32_t meant_by(uint32_t number)
{
    static const uint16_t windows_1252[32] = {
        0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021, 0x2C6,  0x2030, 0x160,
        0x2039, 0x152,  0x8D,   0x17D,  0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};

    if (number >= 0x80 && number < 0xA0)
        return windows_1252[number - 0x80];
    if (number == 0 || number > 0x10FFFF || (number >= 0xD800 && number <= 0xDFFF))
        return 0xFFFD;
    return number;
}

static int digit_of(char c, uint32_t base)
{
    if (is_digit(c))
        return c - '0';
    c = sg_char_lower(c);
    return base == 16 && c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* `digits` is what stands between '#' and ';'. */
static bool read_number(struct sg_str digits, uint32_t *out)
{
    const bool is_hex = digits.length > 0 && sg_char_lower(digits.at[0]) == 'x';
    const uint32_t base = is_hex ? 16 : 10;
    uint32_t sum = 0;

    digits = sg_str_skip(digits, is_hex);
    if (digits.length == 0)
        return false;
    for (size_t i = 0; i < digits.length; i++) {
        const int digit = digit_of(digits.at[i], base);

        if (digit < 0)
            return false;
        sum = sum > 0x10FFFF ? sum : sum * base + (uint32_t)digit;
    }
    *out = meant_by(sum);
    return true;
}

static bool read_name(struct sg_str name, uint32_t *out)
{
    char closed[NAME_MAX_BYTES + 1] = "";
    const htmlEntityDesc *found;

    if (name.length == 0 || name.length > NAME_MAX_BYTES)
        return false;
    memcpy(closed, name.at, name.length);
    found = htmlEntityLookup((const xmlChar *)closed);
    if (found != NULL)
        *out = found->value;
    return found != NULL;
}

/* From the '&' at `i` to after the reference, or after the '&' alone. */
static size_t take_reference(struct writing *in, size_t i)
{
    const bool is_number = sg_str_starts(sg_str_skip(in->html, i), "&#");
    const size_t start = i + 1 + is_number;
    size_t end = start;
    uint32_t c = '&';

    while (end < in->html.length && (is_letter(in->html.at[end]) || is_digit(in->html.at[end])))
        end++;
    const struct sg_str inner = {in->html.at + start, end - start};
    const bool is_known = end < in->html.length && in->html.at[end] == ';' &&
                          (is_number ? read_number(inner, &c) : read_name(inner, &c));

    if (c < 0x80 && is_space((char)c)) {
        in->has_space = true;
        return end + 1;
    }
    end_gap(in);
    sg_utf8_add(&in->out, c);
    return is_known ? end + 1 : i + 1;
}

/* --- tags --- */

static bool same_name(struct sg_str a, const char *b)
{
    return sg_str_equal_loose(a, sg_str_of(b));
}

static bool is_one_of(struct sg_str name, const char *const *names, size_t count)
{
    for (size_t n = 0; n < count; n++) {
        if (same_name(name, names[n]))
            return true;
    }
    return false;
}

/* What a tag means to the text, whether it opens or closes an element. */
static void write_tag(struct writing *in, struct sg_str name)
{
    static const char *const lines[] = {"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6"};
    static const char *const cells[] = {"td", "th"};

    if (same_name(name, "br"))
        in->line_ends++;
    else if (is_one_of(name, lines, sizeof lines / sizeof lines[0]) && in->line_ends == 0)
        in->line_ends = 1;
    else if (is_one_of(name, cells, sizeof cells / sizeof cells[0]))
        in->has_space = true;
}

/* The first `wanted`, which is in lower case, from `i` on, in any case; the end if there is none. */
static size_t find(struct sg_str html, size_t i, const char *wanted)
{
    const size_t length = strlen(wanted);

    for (; i + length <= html.length; i++) {
        const char *found = memchr(html.at + i, wanted[0], html.length - i - length + 1);

        if (found == NULL)
            break;
        i = (size_t)(found - html.at);
        if (same_name((struct sg_str){found, length}, wanted))
            return i;
    }
    return html.length;
}

static size_t after(struct sg_str html, size_t i, const char *wanted)
{
    const size_t found = find(html, i, wanted);

    return found == html.length ? found : found + strlen(wanted);
}

/* After the '>' of the tag whose name ends at `i`; a '>' in the value of an attribute is not it. A
 * value that is never closed ends with the first '>': there is no such quote behind it, so that it
 * is looked for at most twice in all of a text. */
static size_t tag_end(struct sg_str html, size_t i)
{
    const size_t first = after(html, i, ">");
    char before = '\0';

    for (; i < html.length && html.at[i] != '>'; i++) {
        const char c = html.at[i];

        if (before == '=' && (c == '"' || c == '\'')) {
            const char *end = memchr(html.at + i + 1, c, html.length - i - 1);

            if (end == NULL)
                return first;
            i = (size_t)(end - html.at);
        }
        if (!is_space(c))
            before = c;
    }
    return i == html.length ? first : i + 1;
}

/* Of an element whose content is no text, all but its end tag. */
static size_t skip_content(struct sg_str html, size_t i, struct sg_str name)
{
    if (same_name(name, "script"))
        return find(html, i, "</script");
    return same_name(name, "style") ? find(html, i, "</style") : i;
}

/* From the '<' at `i` to after what it begins, or after the '<' alone, which is text then. */
static size_t take_markup(struct writing *in, size_t i)
{
    const struct sg_str html = in->html, rest = sg_str_skip(html, i);
    const bool is_end = sg_str_starts(rest, "</");
    size_t start = i + 1 + is_end, end = start;

    if (sg_str_starts(rest, "<!--"))
        return after(html, i + 2, "-->"); /* "<!-->" is a whole one */
    if (i < in->last_end && (is_end || sg_str_starts(rest, "<!") || sg_str_starts(rest, "<?")) &&
        (start == html.length || !is_letter(html.at[start])))
        return after(html, i, ">"); /* the standard's "bogus comment" */
    if (i >= in->last_end || !is_letter(html.at[start])) {
        write_text(in, SG_STR("<"));
        return i + 1;
    }
    while (end < html.length && !is_space(html.at[end]) && html.at[end] != '/' &&
           html.at[end] != '>')
        end++;
    const struct sg_str name = {html.at + start, end - start};

    write_tag(in, name);
    end = tag_end(html, end);
    return is_end ? end : skip_content(html, end, name);
}

/* From `i` to the next byte that means something. */
static size_t take_text(struct writing *in, size_t i)
{
    const size_t start = i;

    while (i < in->html.length && in->html.at[i] != '<' && in->html.at[i] != '&' &&
           !is_space(in->html.at[i]))
        i++;
    write_text(in, (struct sg_str){in->html.at + start, i - start});
    return i;
}

struct sg_str sg_html_text(struct sg_arena *arena, struct sg_str html)
{
    struct writing in = {.html = html, .last_end = html.length, .out = {.arena = arena}};

    while (in.last_end > 0 && html.at[in.last_end - 1] != '>')
        in.last_end--;
    for (size_t i = 0; i < html.length;) {
        if (html.at[i] == '<') {
            i = take_markup(&in, i);
        } else if (html.at[i] == '&') {
            i = take_reference(&in, i);
        } else if (is_space(html.at[i])) {
            in.has_space = true;
            i++;
        } else {
            i = take_text(&in, i);
        }
    }
    return sg_buffer_text(&in.out);
}
