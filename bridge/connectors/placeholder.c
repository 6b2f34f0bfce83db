#include "connectors/placeholder.h"

#include "base/buffer.h"
#include "base/hash.h"
#include "connectors/request.h"

enum { MARK_BYTES = 16, SECRET_MIN_BYTES = 4 };

struct sg_str sg_placeholder_mark(struct sg_arena *arena)
{
    char bytes[MARK_BYTES];

    sg_random(bytes, sizeof bytes);
    return sg_hex(arena, (struct sg_str){bytes, sizeof bytes});
}

/* Of characters that stay as they are in a query, a form and XML: "MARK.token~". */
struct sg_str sg_placeholder_of(struct sg_arena *arena, struct sg_str mark, struct sg_str name)
{
    return sg_str_format(arena, "%.*s.%.*s~", SG_STR_ARG(mark), SG_STR_ARG(name));
}

/* `text` with `***` for each `secret`, but for what is too short to be one. */
static struct sg_str hide(struct sg_arena *arena, struct sg_str text, struct sg_str secret)
{
    struct sg_buffer out = {.arena = arena};

    if (secret.length < SECRET_MIN_BYTES || sg_str_find(text, 0, secret) == text.length)
        return text;
    for (size_t before; text.length > 0; text = sg_str_skip(text, before + secret.length)) {
        before = sg_str_find(text, 0, secret);
        sg_buffer_add(&out, (struct sg_str){text.at, before});
        if (before < text.length)
            sg_buffer_add(&out, SG_STR("***"));
    }
    return sg_buffer_text(&out);
}

static void add_value(struct sg_buffer *out, const struct sg_request *request, struct sg_str name)
{
    const struct sg_node *values = request->session == NULL ? NULL : request->session->values;
    struct sg_str value = {0};

    if (sg_node_as_text(sg_node_find(values, name), &value))
        sg_buffer_add(out, value);
}

struct sg_str sg_placeholder_fill(struct sg_arena *arena, const struct sg_request *request,
                                  struct sg_str text)
{
    const struct sg_str mark = request->session_mark;
    struct sg_buffer out = {.arena = arena};
    size_t done = 0, at = mark.length == 0 ? text.length : sg_str_find(text, 0, mark);

    if (at == text.length)
        return text;
    while (at < text.length) {
        const size_t name_at = at + mark.length + 1;
        const size_t end = sg_str_find(text, name_at, SG_STR("~"));

        sg_buffer_add(&out, (struct sg_str){text.at + done, at - done});
        add_value(&out, request, (struct sg_str){text.at + name_at, end - name_at});
        done = end + 1;
        at = sg_str_find(text, done, mark);
    }
    sg_buffer_add(&out, sg_str_skip(text, done));
    return sg_buffer_text(&out);
}

struct sg_str sg_placeholder_hide(struct sg_arena *arena, const struct sg_session *session,
                                  struct sg_str text)
{
    const struct sg_node *value =
        session == NULL || session->values == NULL ? NULL : session->values->first;

    if (session != NULL)
        text = hide(arena, text, session->token);
    for (; value != NULL; value = value->next)
        text = hide(arena, text, value->text);
    return text;
}

static void fill(struct sg_arena *arena, const struct sg_request *request, struct sg_node *node)
{
    if (node->kind == SG_NODE_TEXT)
        node->text = sg_placeholder_fill(arena, request, node->text);
    for (struct sg_node *child = node->first; child != NULL; child = child->next)
        fill(arena, request, child); /* as deep as a request may be */
}

const struct sg_node *sg_placeholder_fill_tree(struct sg_arena *arena,
                                               const struct sg_request *request,
                                               const struct sg_node *tree)
{
    if (tree == NULL || request->session_mark.length == 0)
        return tree;
    struct sg_node *own = sg_request_copy(arena, tree, false);

    if (own != NULL) /* it is no deeper than when it was built */
        fill(arena, request, own);
    return own;
}
