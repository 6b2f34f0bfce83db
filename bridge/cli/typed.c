#include "cli/typed.h"

#include "cli/screen.h"

static bool is_plain(struct sg_str word)
{
    static const char marks[] = "-_./:,+@%";

    for (size_t i = 0; i < word.length; i++) {
        const char c = word.at[i];
        const char lower = sg_char_lower(c);

        if (!(lower >= 'a' && lower <= 'z') && !(c >= '0' && c <= '9') &&
            (c == '\0' || strchr(marks, c) == NULL))
            return false;
    }
    return word.length > 0;
}

void sg_typed_add(struct sg_buffer *command, struct sg_str word)
{
    const struct sg_str clean = sg_screen_clean(command->arena, word);

    if (is_plain(clean)) {
        sg_buffer_add_format(command, " %.*s", SG_STR_ARG(clean));
        return;
    }
    sg_buffer_add(command, SG_STR(" '"));
    for (size_t i = 0; i < clean.length; i++) {
        if (clean.at[i] == '\'')
            sg_buffer_add(command, SG_STR("'\\''"));
        else
            sg_buffer_add_byte(command, clean.at[i]);
    }
    sg_buffer_add_byte(command, '\'');
}

void sg_typed_add_option(struct sg_buffer *command, const char *name, struct sg_str word)
{
    if (word.length == 0)
        return;
    sg_buffer_add_format(command, " --%s", name);
    sg_typed_add(command, word);
}
