#include "connectors/request.h"

#include "base/buffer.h"
#include "connectors/header.h"
#include "connectors/url.h"
#include "mapping/date.h"
#include "tree/json.h"

/* A kept request is a document around its content, and is read with the limit of all documents. */
enum { DEPTH_MAX = SG_TREE_DEPTH_MAX - 2 };

bool sg_request_error(const struct sg_rule_run *run, struct sg_error *err)
{
    const struct sg_problem *problem = run->problems;

    if (problem == NULL)
        return sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){0}, "a look-up gave IGNORE");
    return sg_error_set(err, SG_ERROR_INPUT, problem->at, "%.*s", SG_STR_ARG(problem->text));
}

const struct sg_node *sg_request_now(struct sg_arena *arena, int64_t now_ms)
{
    struct sg_node *now = sg_node_new(arena, SG_NODE_OBJECT);

    sg_node_add(now, SG_STR("time"), sg_node_text(arena, sg_date_write_iso_utc(arena, now_ms)));
    return now;
}

static struct sg_node *copy(struct sg_arena *arena, const struct sg_node *node, bool owns_texts,
                            int depth)
{
    struct sg_node *made = sg_node_share(arena, node);

    made->first = made->last = NULL;
    made->count = 0;
    if (owns_texts)
        made->text = sg_str_copy(arena, node->text);
    for (const struct sg_node *child = node->first; child != NULL; child = child->next) {
        struct sg_node *below =
            depth == DEPTH_MAX ? NULL : copy(arena, child, owns_texts, depth + 1);

        if (below == NULL)
            return NULL;
        sg_node_append(made, below);
    }
    return made;
}

struct sg_node *sg_request_copy(struct sg_arena *arena, const struct sg_node *node, bool owns_texts)
{
    return copy(arena, node, owns_texts, 1);
}

/* One value under its name, checked: what a citizen wrote must not make a second header. */
static bool add_value(const struct sg_named_rule *named, const struct sg_node *value,
                      struct sg_rule_run *run, struct sg_header *out)
{
    struct sg_place at = sg_rule_place(named->rule);

    out->name = named->name;
    if (!sg_node_as_text(value, &out->value))
        return sg_rule_problem(run, at, named->name, "a text or a list of texts is expected");
    if (!sg_header_is_value(out->value))
        return sg_rule_problem(run, at, named->name, "a line end or control character");
    return true;
}

static bool add_values(const struct sg_named_rule *named, const struct sg_node *given,
                       struct sg_rule_run *run, struct sg_header *out, size_t *count)
{
    const struct sg_node *entry = given;

    if (given == NULL)
        return true;
    if (given->kind != SG_NODE_LIST)
        return add_value(named, given, run, &out[(*count)++]);
    for (entry = given->first; entry != NULL; entry = entry->next) {
        if (!add_value(named, entry, run, &out[(*count)++]))
            return false;
    }
    return true;
}

bool sg_request_run_named(const struct sg_named_rule *rules, struct sg_rule_run *run,
                          const struct sg_header **out, size_t *count)
{
    size_t rule_count = 0, room = 0, r = 0;
    bool is_good = true;

    for (const struct sg_named_rule *named = rules; named != NULL; named = named->next)
        rule_count++;
    const struct sg_node **given = sg_arena_get(run->arena, rule_count, sizeof(struct sg_node *));

    for (const struct sg_named_rule *named = rules; named != NULL; named = named->next, r++) {
        is_good = sg_rule_run(named->rule, run, &given[r]) && is_good;
        room += given[r] == NULL ? 0 : given[r]->count + 1;
    }
    struct sg_header *values = sg_arena_get(run->arena, room, sizeof *values);

    *out = values;
    *count = 0;
    r = 0;
    for (const struct sg_named_rule *named = rules; is_good && named != NULL; named = named->next)
        is_good = add_values(named, given[r++], run, values, count);
    return is_good;
}

static bool build_content(const struct sg_request_spec *spec, struct sg_rule_run *run,
                          struct sg_request *out)
{
    const struct sg_node *content = run->scopes.at[SG_SCOPE_HAND];

    if (spec->body == SG_BODY_NONE)
        return true;
    if (spec->content != NULL && !sg_rule_run(spec->content, run, &content))
        return false;
    if (content == NULL)
        return true;
    out->content = sg_request_copy(run->arena, content, false);
    return out->content != NULL || sg_rule_problem(run, spec->at, SG_STR(""),
                                                   "the body is deeper than %d levels", DEPTH_MAX);
}

/*
 * An id `..`, which percent-encoding leaves as it is, would take away the segment before it, here or
 * at the server, and another thing would be called (RFC 3986, sections 5.2.4 and 6.2.2.3).
 */
static bool check_path(const struct sg_request_spec *spec, struct sg_rule_run *run,
                       struct sg_str path)
{
    size_t start = 0;

    for (size_t i = 0; i <= path.length; i++) {
        const bool is_end = i == path.length || path.at[i] == '?';
        const struct sg_str segment = {path.at + start, i - start};

        if (!is_end && path.at[i] != '/')
            continue;
        if (sg_str_is(segment, ".") || sg_str_is(segment, ".."))
            return sg_rule_problem(run, sg_rule_place(spec->path), SG_STR(""),
                                   "`%.*s` cannot stand in a path", SG_STR_ARG(segment));
        if (is_end)
            break;
        start = i + 1;
    }
    return true;
}

bool sg_request_build(const struct sg_system *system, const struct sg_request_spec *spec,
                      struct sg_rule_run *run, struct sg_request *out)
{
    bool is_good = true;

    *out = (struct sg_request){.method = spec->method,
                               .body = spec->body,
                               .element = spec->element,
                               .session_mark = system->session_mark};
    run->scopes.at[SG_SCOPE_SESSION] = system->session_values;
    if (spec->body == SG_BODY_SOAP) {
        out->action = spec->action;
        if (spec->action.length == 0)
            out->action = sg_str_join(run->arena, system->action, spec->element);
    }
    if (spec->path != NULL)
        is_good = sg_rule_run_text(spec->path, run, &out->path) && check_path(spec, run, out->path);
    is_good = sg_request_run_named(spec->query, run, &out->query, &out->query_count) && is_good;
    is_good =
        sg_request_run_named(spec->headers, run, &out->headers, &out->header_count) && is_good;
    if (spec->soap_header != NULL)
        is_good = sg_rule_run(spec->soap_header, run, &out->soap_header) && is_good;
    return build_content(spec, run, out) && is_good;
}

/* --- files: their URLs are found again in the content by where their text lies in memory --- */

struct mark {
    struct sg_str text, url; /* as it stands in the input; whole */
};

struct marks {
    const struct sg_system *source;
    struct sg_rule_run *run;
    struct sg_buffer all; /* struct mark, one after the other */
};

static bool mark_file(struct marks *marks, const struct sg_field *field, const struct sg_node *node)
{
    struct sg_str target = sg_pointer_text(field->pointer);
    struct mark mark;

    if (!sg_node_as_text(node, &mark.text))
        return sg_rule_problem(marks->run, field->at, target, "the URL of a file is expected");
    mark.url = mark.text;
    if (marks->source != NULL &&
        !sg_url_resolve(marks->source, marks->run->arena, mark.text, &mark.url))
        return sg_rule_problem(marks->run, field->at, target,
                               "the URL of a file on %.*s's host is expected",
                               SG_STR_ARG(marks->source->name));
    sg_buffer_add(&marks->all, (struct sg_str){(const char *)&mark, sizeof mark});
    return true;
}

static bool mark_files(struct marks *marks, const struct sg_input *input,
                       const struct sg_node *root);

static bool mark_entries(struct marks *marks, const struct sg_input *of, const struct sg_node *list)
{
    if (list->kind != SG_NODE_LIST)
        return mark_files(marks, of, list);
    for (const struct sg_node *entry = list->first; entry != NULL; entry = entry->next) {
        if (!mark_files(marks, of, entry))
            return false;
    }
    return true;
}

/* As deep as the lists of the system file go. */
static bool mark_files(struct marks *marks, const struct sg_input *input,
                       const struct sg_node *root)
{
    size_t count = 0;
    const struct sg_field *fields = sg_input_fields(input, &count);

    for (size_t f = 0; f < count; f++) {
        const struct sg_node *node = NULL;
        struct sg_error err;
        bool is_good = true;

        if (fields[f].type != SG_FIELD_FILE && fields[f].of == NULL)
            continue;
        if (!sg_pointer_find(fields[f].pointer, root, &node, &err))
            return sg_rule_problem(marks->run, fields[f].at, sg_pointer_text(fields[f].pointer),
                                   "%s", err.text);
        if (sg_node_is_nothing(node))
            continue;
        is_good = fields[f].type == SG_FIELD_FILE ? mark_file(marks, &fields[f], node)
                                                  : mark_entries(marks, fields[f].of, node);
        if (!is_good)
            return false;
    }
    return true;
}

/* Makes `node`, and what is below it, files where a marked text stands. */
static void take_files(const struct marks *marks, struct sg_node *node, struct sg_buffer *files)
{
    struct mark mark;

    for (size_t m = 0; node->kind == SG_NODE_TEXT && m < marks->all.length; m += sizeof mark) {
        memcpy(&mark, marks->all.at + m, sizeof mark);
        if (mark.text.at == node->text.at && mark.text.length == node->text.length) {
            struct sg_request_file file = {.url = mark.url, .node = node};

            sg_buffer_add(files, (struct sg_str){(const char *)&file, sizeof file});
        }
    }
    for (struct sg_node *child = node->first; child != NULL; child = child->next)
        take_files(marks, child, files);
}

static void find_files(const struct marks *marks, struct sg_rule_run *run, struct sg_request *out)
{
    struct sg_node *content = sg_request_copy(run->arena, out->content, false);
    struct sg_buffer found = {.arena = run->arena};

    take_files(marks, content, &found);
    out->content = content;
    out->file_count = found.length / sizeof *out->files;
    out->files = sg_arena_get(run->arena, out->file_count, sizeof *out->files);
    if (found.length > 0)
        memcpy(out->files, found.at, found.length);
}

static void add_key(struct sg_arena *arena, struct sg_str name, struct sg_str key,
                    struct sg_request *out)
{
    struct sg_header *headers = sg_arena_get(arena, out->header_count + 1, sizeof *headers);

    if (out->header_count > 0)
        memcpy(headers, out->headers, out->header_count * sizeof *headers);
    headers[out->header_count++] = (struct sg_header){name, key};
    out->headers = headers;
}

/* What both requests of an operation see: the input is a copy, whose texts are marked by address. */
static bool set_scopes(const struct sg_operation_call *call, struct sg_rule_run *run)
{
    struct sg_node *delivery = sg_node_new(run->arena, SG_NODE_OBJECT);
    const struct sg_node *own = sg_request_copy(run->arena, call->input, true);

    if (own == NULL)
        return sg_rule_problem(run, call->op->at, SG_STR(""), "the input is deeper than %d levels",
                               DEPTH_MAX);
    sg_node_add(delivery, SG_STR("key"), sg_node_text(run->arena, call->key));
    run->scopes.at[SG_SCOPE_HAND] = own;
    run->scopes.at[SG_SCOPE_EVENT] = call->event;
    run->scopes.at[SG_SCOPE_DELIVERY] = delivery;
    run->scopes.at[SG_SCOPE_NOW] = sg_request_now(run->arena, call->now_ms);
    return true;
}

bool sg_operation_build(const struct sg_operation_call *call, struct sg_rule_run *run,
                        struct sg_request *out)
{
    struct marks marks = {.source = call->source, .run = run, .all = {.arena = run->arena}};
    const struct sg_operation *op = call->op;

    *out = (struct sg_request){0};
    if (!set_scopes(call, run) || !mark_files(&marks, op->input, run->scopes.at[SG_SCOPE_HAND]) ||
        !sg_request_build(call->system, &op->request, run, out))
        return false;
    if (out->content != NULL && marks.all.length > 0)
        find_files(&marks, run, out);
    if (op->once == SG_ONCE_HEADER)
        add_key(run->arena, op->once_header, call->key, out);
    return true;
}

bool sg_find_build(const struct sg_operation_call *call, struct sg_rule_run *run,
                   struct sg_request *out)
{
    *out = (struct sg_request){0};
    return set_scopes(call, run) &&
           sg_request_build(call->system, &call->op->find->request, run, out);
}

bool sg_request_of_url(const struct sg_system *system, struct sg_arena *arena, struct sg_str url,
                       struct sg_request *out)
{
    *out = (struct sg_request){.method = SG_METHOD_GET};
    return sg_url_resolve(system, arena, url, &out->path);
}
