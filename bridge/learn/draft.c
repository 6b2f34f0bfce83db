#include "learn/draft.h"

#include <stdarg.h>
#include <stdio.h>

#include "tree/json.h"
#include "tree/utf8.h"

enum { ASKED_MAX = 500, LINE_SEPARATOR = 0x2028, PARAGRAPH_SEPARATOR = 0x2029, BOM = 0xFEFF };

/* What may stand in YAML 1.2 as it is (section 5.1), but for line ends, those of 1.1 too. */
static bool is_printable(uint32_t c)
{
    return (c >= 0x20 && c <= 0x7E) ||
           (c >= 0xA0 && c <= 0xFFFD && c != LINE_SEPARATOR && c != PARAGRAPH_SEPARATOR &&
            c != BOM) ||
           c >= 0x10000;
}

static bool is_all_printable(struct sg_str text)
{
    size_t i = 0;

    while (i < text.length) {
        if (!is_printable(sg_utf8_next(text, &i)))
            return false;
    }
    return true;
}

/* Inside of double quotes, where both JSON and YAML read \\uXXXX. */
static void add_escaping(struct sg_buffer *out, struct sg_str text, const char *special)
{
    for (size_t i = 0, start = 0; i < text.length; start = i) {
        const uint32_t c = sg_utf8_next(text, &i);

        if (!is_printable(c)) {
            sg_buffer_add_format(out, "\\u%04X", (unsigned)c);
            continue;
        }
        if (c < 0x80 && strchr(special, (int)c) != NULL)
            sg_buffer_add_byte(out, '\\');
        sg_buffer_add(out, (struct sg_str){text.at + start, i - start});
    }
}

void sg_draft_text(struct sg_buffer *out, struct sg_str text)
{
    sg_buffer_add_byte(out, '"');
    add_escaping(out, text, "\"\\");
    sg_buffer_add_byte(out, '"');
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Words and pointers of ASCII that no YAML takes for anything else. */
static bool is_plain(struct sg_str text)
{
    static const struct sg_str others[] = {SG_STR_INIT("true"), SG_STR_INIT("false"),
                                           SG_STR_INIT("null")};
    bool is_plain = text.length > 0 && (is_letter(text.at[0]) || text.at[0] == '/');

    for (size_t i = 0; i < text.length && is_plain; i++)
        is_plain = is_letter(text.at[i]) || (text.at[i] >= '0' && text.at[i] <= '9') ||
                   (text.at[i] != '\0' && strchr("/_-.@", text.at[i]) != NULL);
    for (size_t o = 0; o < sizeof others / sizeof others[0]; o++)
        is_plain = is_plain && !sg_str_equal(text, others[o]);
    return is_plain;
}

void sg_draft_scalar(struct sg_buffer *out, struct sg_str text)
{
    if (is_plain(text))
        sg_buffer_add(out, text);
    else
        sg_draft_text(out, text);
}

void sg_draft_document(struct sg_buffer *out, struct sg_str text)
{
    if (!is_all_printable(text)) {
        sg_draft_text(out, text);
        return;
    }
    sg_buffer_add_byte(out, '\'');
    for (size_t i = 0; i < text.length; i++) {
        if (text.at[i] == '\'')
            sg_buffer_add_byte(out, '\'');
        sg_buffer_add_byte(out, text.at[i]);
    }
    sg_buffer_add_byte(out, '\'');
}

void sg_draft_tree(struct sg_buffer *out, const struct sg_node *node)
{
    struct sg_buffer json = {.arena = out->arena};

    sg_json_write(&json, node);
    add_escaping(out, sg_buffer_text(&json), ""); /* only its texts hold what is not printable */
}

void sg_draft_words(struct sg_buffer *out, struct sg_str text)
{
    for (size_t i = 0, start = 0; i < text.length; start = i) {
        if (is_printable(sg_utf8_next(text, &i)))
            sg_buffer_add(out, (struct sg_str){text.at + start, i - start});
        else
            sg_buffer_add_byte(out, ' ');
    }
}

void sg_draft_mark(struct sg_buffer *out, const char *format, ...)
{
    char asked[ASKED_MAX];
    va_list arguments;
    size_t whole = 0;

    va_start(arguments, format);
    (void)vsnprintf(asked, sizeof asked, format, arguments);
    va_end(arguments);
    struct sg_str text = sg_str_of(asked);
    if (!sg_utf8_check(text, &whole))
        text.length = whole; /* cut within a character */
    sg_buffer_add(out, SG_STR("\"?\"  # ? "));
    sg_draft_words(out, text);
    sg_buffer_add_byte(out, '\n');
}
