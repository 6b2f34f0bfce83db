#include "cli/acts.h"

#include "base/buffer.h"

const char *const SG_ACTS_COLUMNS[] = {"#delivery", "#at",     "kind", "command", "who",
                                       "why",       "refused", "was",  NULL};

static void add_after(struct sg_buffer *out, const char *head, struct sg_str text)
{
    if (text.length > 0)
        sg_buffer_add_format(out, "%s%.*s", head, SG_STR_ARG(text));
}

struct sg_str sg_acts_sentence(struct sg_arena *arena, const struct sg_node *act)
{
    const struct sg_str kind = sg_answers_text(act, "kind");
    struct sg_buffer out = {.arena = arena};

    if (kind.length == 0) /* its entry is older than what is kept */
        sg_buffer_add(&out, SG_STR("a command that is no longer kept"));
    else
        sg_buffer_add_format(&out, "%.*s, asked by %.*s", SG_STR_ARG(kind),
                             SG_STR_ARG(sg_answers_text(act, "who")));
    add_after(&out, ": ", sg_answers_text(act, "why"));
    add_after(&out, "; refused: ", sg_answers_text(act, "refused"));
    add_after(&out, "; before: ", sg_answers_text(act, "was"));
    return sg_buffer_text(&out);
}
