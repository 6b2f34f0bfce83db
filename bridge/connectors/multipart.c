#include "connectors/multipart.h"

#include "base/buffer.h"
#include "connectors/header.h"
#include "connectors/url.h"

/* What is the same for all parts. */
struct writing {
    struct sg_arena *arena;
    const struct sg_system *system;
    const struct sg_request *request;
    struct sg_error *err;
};

static bool fail(const struct writing *writing, struct sg_str name, const char *why)
{
    return sg_error_set(writing->err, SG_ERROR_INPUT, (struct sg_place){0}, "part `%.*s`: %s",
                        SG_STR_ARG(name), why);
}

static bool encode(const struct writing *writing, struct sg_str text, struct sg_str *out)
{
    return sg_charset_encode(writing->system->charset, writing->arena, text, SG_CHARSET_REFUSED,
                             out, writing->err);
}

/* By where its text lies in memory: what is always set is put around copies of the nodes. */
static const struct sg_request_file *find_file(const struct sg_request *request,
                                               const struct sg_node *value)
{
    for (size_t f = 0; value->kind == SG_NODE_TEXT && f < request->file_count; f++) {
        const struct sg_str text = request->files[f].node->text;

        if (text.at == value->text.at && text.length == value->text.length)
            return &request->files[f];
    }
    return NULL;
}

/* The URL stands for the file in tests and until it is fetched, and is of no character set. */
static bool write_file(const struct writing *writing, struct sg_wire_part *out)
{
    const struct sg_str type = out->file->type;
    const bool is_known = type.length > 0 && sg_header_is_value(type);

    out->media_type = is_known ? type : SG_STR("application/octet-stream");
    return encode(writing, sg_url_file_name(writing->arena, out->file->url), &out->file_name);
}

static bool write_text(const struct writing *writing, struct sg_wire_part *out)
{
    const struct sg_charset *charset = writing->system->charset;

    if (charset != NULL) /* UTF-8 is a matter of course */
        out->media_type =
            sg_str_format(writing->arena, "text/plain; charset=%s", sg_charset_name(charset));
    return encode(writing, out->text, &out->text);
}

static bool write_part(const struct writing *writing, struct sg_str name,
                       const struct sg_node *value, struct sg_wire_part *out)
{
    out->file = find_file(writing->request, value);
    if (!sg_header_is_value(name))
        return fail(writing, name, "a line end or control character in its name");
    if (value->kind != SG_NODE_NULL && !sg_node_as_text(value, &out->text))
        return fail(writing, name, "a text, a file or a list of them is expected");
    if (!encode(writing, name, &out->name) ||
        !(out->file != NULL ? write_file(writing, out) : write_text(writing, out)))
        return fail(writing, name, sg_str_c(writing->arena, sg_str_of(writing->err->text)));
    return true;
}

static size_t count_parts(const struct sg_node *content)
{
    size_t count = 0;

    for (const struct sg_node *member = content->first; member != NULL; member = member->next)
        count += member->kind == SG_NODE_LIST ? member->count : 1;
    return count;
}

bool sg_multipart_write(struct sg_arena *arena, const struct sg_system *system,
                        const struct sg_request *request, const struct sg_node *content,
                        struct sg_wire *out, struct sg_error *err)
{
    const struct writing writing = {arena, system, request, err};

    if (content->kind != SG_NODE_OBJECT)
        return sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){0},
                            "a multipart body is an object, a part a member");
    struct sg_wire_part *parts = sg_arena_get(arena, count_parts(content), sizeof *parts);

    for (const struct sg_node *member = content->first; member != NULL; member = member->next) {
        const bool is_list = member->kind == SG_NODE_LIST;
        const struct sg_node *value = is_list ? member->first : member;

        for (; value != NULL; value = is_list ? value->next : NULL) {
            if (!write_part(&writing, member->name, value, &parts[out->part_count++]))
                return false;
        }
    }
    out->parts = parts;
    return true;
}
