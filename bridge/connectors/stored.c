/* Requests as the journal keeps them: written once before a call, read to send it again. */
#include "base/buffer.h"
#include "base/hash.h"
#include "base/units.h"
#include "connectors/request.h"
#include "tree/json.h"

static const char *const METHODS[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
static const char *const BODIES[] = {"none", "json", "form", "soap", "xml", "multipart"};

static int find_word(const char *const *words, size_t count, const struct sg_node *node)
{
    for (size_t w = 0; node != NULL && w < count; w++) {
        if (sg_str_is(node->text, words[w]))
            return (int)w;
    }
    return -1;
}

/* Counts the nodes from `root` on, depth first, until it is at `wanted` (by number or by place). */
static struct sg_node *walk(struct sg_node *root, const struct sg_node *wanted, int64_t *number)
{
    if (root == wanted || (wanted == NULL && *number == 0))
        return root;
    for (struct sg_node *child = root->first; child != NULL; child = child->next) {
        *number += wanted == NULL ? -1 : 1;
        struct sg_node *found = walk(child, wanted, number);

        if (found != NULL)
            return found;
    }
    return NULL;
}

static void add_text(struct sg_arena *arena, struct sg_node *object, struct sg_str name,
                     struct sg_str text)
{
    if (text.length > 0)
        sg_node_add(object, name, sg_node_text(arena, text));
}

static void add_tree(struct sg_arena *arena, struct sg_node *object, struct sg_str name,
                     const struct sg_node *tree)
{
    if (tree != NULL)
        sg_node_add(object, name, sg_node_share(arena, tree));
}

static void add_pairs(struct sg_arena *arena, struct sg_node *object, struct sg_str name,
                      const struct sg_header *pairs, size_t count)
{
    struct sg_node *list = sg_node_new(arena, SG_NODE_LIST);

    for (size_t p = 0; p < count; p++) {
        struct sg_node *pair = sg_node_append(list, sg_node_new(arena, SG_NODE_LIST));

        sg_node_append(pair, sg_node_text(arena, pairs[p].name));
        sg_node_append(pair, sg_node_text(arena, pairs[p].value));
    }
    if (count > 0)
        sg_node_add(object, name, list);
}

static void add_files(struct sg_arena *arena, struct sg_node *object,
                      const struct sg_request *request)
{
    struct sg_node *list = sg_node_new(arena, SG_NODE_LIST);

    for (size_t f = 0; f < request->file_count; f++) {
        const struct sg_request_file *file = &request->files[f];
        struct sg_node *entry = sg_node_append(list, sg_node_new(arena, SG_NODE_OBJECT));
        int64_t number = 0;

        (void)walk(sg_node_share(arena, request->content), file->node, &number);
        add_text(arena, entry, SG_STR("url"), file->url);
        sg_node_add(entry, SG_STR("node"), sg_node_number(arena, number));
        if (file->bytes.in != NULL)
            add_text(arena, entry, SG_STR("sha256"),
                     sg_hex(arena, (struct sg_str){(const char *)file->sha256.bytes,
                                                   sizeof file->sha256.bytes}));
    }
    if (request->file_count > 0)
        sg_node_add(object, SG_STR("files"), list);
}

struct sg_str sg_request_store(struct sg_arena *arena, const struct sg_request *request,
                               const struct sg_node *input)
{
    struct sg_node *object = sg_node_new(arena, SG_NODE_OBJECT);
    struct sg_buffer out = {.arena = arena};

    add_text(arena, object, SG_STR("method"), sg_str_of(METHODS[request->method]));
    add_text(arena, object, SG_STR("body"), sg_str_of(BODIES[request->body]));
    add_text(arena, object, SG_STR("path"), request->path);
    add_pairs(arena, object, SG_STR("query"), request->query, request->query_count);
    add_pairs(arena, object, SG_STR("headers"), request->headers, request->header_count);
    add_text(arena, object, SG_STR("element"), request->element);
    add_text(arena, object, SG_STR("action"), request->action);
    add_tree(arena, object, SG_STR("content"), request->content);
    add_tree(arena, object, SG_STR("soap_header"), request->soap_header);
    add_files(arena, object, request);
    add_text(arena, object, SG_STR("session_mark"), request->session_mark);
    add_tree(arena, object, SG_STR("input"), input);
    sg_json_write(&out, object);
    return sg_buffer_text(&out);
}

static struct sg_str text_of(const struct sg_node *object, struct sg_str name)
{
    const struct sg_node *node = sg_node_find(object, name);

    return node == NULL ? (struct sg_str){0} : node->text;
}

static bool read_pairs(struct sg_arena *arena, const struct sg_node *list,
                       const struct sg_header **out, size_t *count)
{
    size_t room = list == NULL ? 0 : list->count, p = 0;
    struct sg_header *pairs = sg_arena_get(arena, room, sizeof *pairs);

    *out = pairs;
    *count = room;
    for (const struct sg_node *pair = list == NULL ? NULL : list->first; pair != NULL;
         pair = pair->next, p++) {
        if (pair->count != 2)
            return false;
        pairs[p] = (struct sg_header){pair->first->text, pair->last->text};
    }
    return true;
}

static bool read_files(struct sg_arena *arena, const struct sg_node *list, struct sg_node *content,
                       struct sg_request *out)
{
    size_t f = 0;

    out->file_count = list == NULL ? 0 : list->count;
    out->files = sg_arena_get(arena, out->file_count, sizeof *out->files);
    for (const struct sg_node *entry = list == NULL ? NULL : list->first; entry != NULL;
         entry = entry->next, f++) {
        int64_t number = -1;

        if (content == NULL || !sg_units_integer(text_of(entry, SG_STR("node")), &number))
            return false;
        out->files[f].url = text_of(entry, SG_STR("url"));
        out->files[f].node = walk(content, NULL, &number);
        if (out->files[f].node == NULL)
            return false;
    }
    return true;
}

static bool read_request(struct sg_arena *arena, const struct sg_node *object,
                         struct sg_request *out)
{
    const struct sg_node *content = sg_node_find(object, SG_STR("content"));
    struct sg_node *own = content == NULL ? NULL : sg_request_copy(arena, content, false);
    int method = find_word(METHODS, sizeof METHODS / sizeof METHODS[0],
                           sg_node_find(object, SG_STR("method")));
    int body =
        find_word(BODIES, sizeof BODIES / sizeof BODIES[0], sg_node_find(object, SG_STR("body")));

    *out = (struct sg_request){.path = text_of(object, SG_STR("path")),
                               .element = text_of(object, SG_STR("element")),
                               .action = text_of(object, SG_STR("action")),
                               .content = own,
                               .session_mark = text_of(object, SG_STR("session_mark")),
                               .soap_header = sg_node_find(object, SG_STR("soap_header"))};
    if (method < 0 || body < 0)
        return false;
    out->method = (enum sg_method)method;
    out->body = (enum sg_body)body;
    return read_pairs(arena, sg_node_find(object, SG_STR("query")), &out->query,
                      &out->query_count) &&
           read_pairs(arena, sg_node_find(object, SG_STR("headers")), &out->headers,
                      &out->header_count) &&
           read_files(arena, sg_node_find(object, SG_STR("files")), own, out);
}

bool sg_request_restore(struct sg_arena *arena, struct sg_str stored, struct sg_request *request,
                        const struct sg_node **input, struct sg_error *err)
{
    const struct sg_node *object = NULL;

    if (!sg_json_read(arena, stored, "request", &object, err))
        return sg_error_within(err, "the request kept in the journal");
    if (!read_request(arena, object, request))
        return sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){0},
                            "the request kept in the journal is not one of ours");
    *input = sg_node_find(object, SG_STR("input"));
    return true;
}
