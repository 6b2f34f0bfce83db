#include "learn/draft.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mask.h"
#include "tree/json.h"

enum { ASKED_MAX = 400 };

void sg_draft_mark(struct sg_buffer *out, const char *format, ...)
{
    char asked[ASKED_MAX];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(asked, sizeof asked, format, arguments);
    va_end(arguments);
    sg_buffer_add(out, SG_STR("\"?\"  # ? "));
    sg_draft_words(out, sg_str_of(asked));
    sg_buffer_add_byte(out, '\n');
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
                   strchr("/_-.@", text.at[i]) != NULL;
    for (size_t o = 0; o < sizeof others / sizeof others[0]; o++)
        is_plain = is_plain && !sg_str_equal(text, others[o]);
    return is_plain;
}

void sg_draft_scalar(struct sg_buffer *out, struct sg_str text)
{
    if (is_plain(text))
        sg_buffer_add(out, text);
    else
        sg_json_write_text(out, text); /* which YAML reads in the same way */
}

void sg_draft_quote(struct sg_buffer *out, struct sg_str text)
{
    sg_buffer_add_byte(out, '\'');
    for (size_t i = 0; i < text.length; i++) {
        if (text.at[i] == '\'')
            sg_buffer_add_byte(out, '\'');
        sg_buffer_add_byte(out, text.at[i]);
    }
    sg_buffer_add_byte(out, '\'');
}

void sg_draft_words(struct sg_buffer *out, struct sg_str text)
{
    sg_buffer_add(out, sg_mask_text(out->arena, text));
}
