/* Requests as they go over the wire: what every request of a system carries is added here. */
#include "base/buffer.h"
#include "base/hash.h"
#include "connectors/auth.h"
#include "connectors/header.h"
#include "connectors/multipart.h"
#include "connectors/placeholder.h"
#include "connectors/request.h"
#include "connectors/rest.h"
#include "connectors/soap.h"
#include "connectors/url.h"
#include "tree/form.h"

enum { OWN_HEADERS_MAX = 3 }; /* Content-Type, SOAPAction, Authorization */

/* One request on its way to bytes. */
struct rendering {
    const struct sg_system *system;
    const struct sg_request *request;
    int64_t now_ms;
    struct sg_rule_run run;
    struct sg_header *headers;
    size_t header_count;
    struct sg_wire *out;
    struct sg_error *err;
};

/* --- url --- */

static void add_parameter(struct sg_buffer *url, const struct sg_header *parameter)
{
    bool is_first = memchr(url->at, '?', url->length) == NULL;

    sg_buffer_add_byte(url, is_first ? '?' : '&');
    sg_form_encode(url, parameter->name);
    sg_buffer_add_byte(url, '=');
    sg_form_encode(url, parameter->value);
}

/* A whole URL came from the system, which may have put what every request carries into it. */
static bool is_in_url(const struct rendering *rendering, struct sg_str name)
{
    struct sg_buffer encoded = {.arena = rendering->run.arena};

    sg_form_encode(&encoded, name);
    return sg_url_is_whole(rendering->request->path) &&
           sg_url_has_parameter(rendering->request->path, sg_buffer_text(&encoded));
}

/* What the session gives is put in. */
static struct sg_header filled(const struct rendering *rendering, const struct sg_header *own)
{
    return (struct sg_header){
        own->name, sg_placeholder_fill(rendering->run.arena, rendering->request, own->value)};
}

static bool render_url(struct rendering *rendering)
{
    const struct sg_request *request = rendering->request;
    struct sg_buffer url = {.arena = rendering->run.arena};
    const struct sg_header *always = NULL;
    size_t count = 0;

    if (!sg_request_run_named(rendering->system->always_query, &rendering->run, &always, &count))
        return sg_request_error(&rendering->run, rendering->err);
    if (!sg_url_is_whole(request->path))
        sg_buffer_add(&url, rendering->system->url);
    sg_buffer_add(&url, request->path);
    for (size_t p = 0; p < count; p++) {
        if (!is_in_url(rendering, always[p].name))
            add_parameter(&url, &always[p]);
    }
    for (size_t p = 0; p < request->query_count; p++) {
        const struct sg_header own = filled(rendering, &request->query[p]);

        add_parameter(&url, &own);
    }
    rendering->out->url = sg_buffer_text(&url);
    return true;
}

/* --- headers --- */

static void add_header(struct rendering *rendering, struct sg_str name, struct sg_str value)
{
    const struct sg_header *headers = rendering->headers;

    for (size_t h = 0; h < rendering->header_count; h++) {
        if (sg_str_equal_loose(headers[h].name, name))
            return; /* the nearer one was added before */
    }
    rendering->headers[rendering->header_count++] = (struct sg_header){name, value};
}

/* The request's own, which may repeat a name, and what every request carries. */
static bool render_headers(struct rendering *rendering)
{
    const struct sg_request *request = rendering->request;
    const struct sg_header *always = NULL;
    size_t count = 0;

    if (!sg_request_run_named(rendering->system->always_headers, &rendering->run, &always, &count))
        return sg_request_error(&rendering->run, rendering->err);
    rendering->headers =
        sg_arena_get(rendering->run.arena, request->header_count + count + OWN_HEADERS_MAX,
                     sizeof *rendering->headers);
    for (size_t h = 0; h < request->header_count; h++)
        rendering->headers[rendering->header_count++] = filled(rendering, &request->headers[h]);
    for (size_t h = 0; h < count; h++)
        add_header(rendering, always[h].name, always[h].value);
    struct sg_str who = sg_auth_header(rendering->system, request->session, rendering->run.arena);

    if (who.length > 0)
        add_header(rendering, SG_STR("Authorization"), who);
    return true;
}

/* --- body --- */

/* Both as one object: the members of `first` stand first, `second` fills in what is missing. */
static const struct sg_node *merge(struct sg_arena *arena, const struct sg_node *first,
                                   const struct sg_node *second)
{
    struct sg_node *both = sg_node_new(arena, SG_NODE_OBJECT);
    const struct sg_node *other = NULL;

    if (sg_node_is_nothing(first) || sg_node_is_nothing(second))
        return sg_node_is_nothing(first) ? second : first;
    if (first->kind != SG_NODE_OBJECT || second->kind != SG_NODE_OBJECT)
        return second;
    for (const struct sg_node *member = first->first; member != NULL; member = member->next) {
        other = sg_node_find(second, member->name);
        sg_node_add(both, member->name,
                    sg_node_share(arena, other == NULL ? member : merge(arena, member, other)));
    }
    for (const struct sg_node *member = second->first; member != NULL; member = member->next) {
        if (sg_node_find(first, member->name) == NULL)
            sg_node_add(both, member->name, sg_node_share(arena, member));
    }
    return both;
}

/* `own`, after what the rule of `always` gives. */
static bool with_always(struct rendering *rendering, const struct sg_rule *rule,
                        const struct sg_node *own, const struct sg_node **out)
{
    const struct sg_node *always = NULL;

    own = sg_placeholder_fill_tree(rendering->run.arena, rendering->request, own);
    *out = own;
    if (rule == NULL)
        return true;
    if (!sg_rule_run(rule, &rendering->run, &always))
        return sg_request_error(&rendering->run, rendering->err);
    if (!sg_node_is_nothing(own) && own->kind != SG_NODE_OBJECT)
        return sg_error_set(rendering->err, SG_ERROR_INPUT, sg_rule_place(rule),
                            "what is always set needs an object to be set in");
    *out = merge(rendering->run.arena, always, own);
    return true;
}

static bool render_soap(struct rendering *rendering, const struct sg_node *content,
                        struct sg_buffer *body)
{
    const struct sg_system *system = rendering->system;
    const struct sg_request *request = rendering->request;
    struct sg_soap_message message = {.element = request->element, .content = content};
    struct sg_arena *arena = rendering->run.arena;

    if (!with_always(rendering, system->always_soap_header, request->soap_header, &message.header))
        return false;
    sg_soap_write(body, system, &message, rendering->now_ms);
    add_header(rendering, SG_STR("Content-Type"),
               sg_soap_content_type(system, arena, request->action));
    if (!system->is_soap12)
        add_header(rendering, SG_STR("SOAPAction"),
                   sg_str_format(arena, "\"%.*s\"", SG_STR_ARG(request->action)));
    return true;
}

/* A form is ASCII, and has been put into the character set below its percents. */
static bool encode(struct rendering *rendering, struct sg_str text)
{
    const enum sg_body kind = rendering->request->body;
    const bool is_xml = kind == SG_BODY_SOAP || kind == SG_BODY_XML;

    return sg_charset_encode(rendering->system->charset, rendering->run.arena, text,
                             is_xml ? SG_CHARSET_XML : SG_CHARSET_REFUSED, &rendering->out->body,
                             rendering->err);
}

static bool render_multipart(struct rendering *rendering, const struct sg_node *content)
{
    if (content == NULL)
        return true;
    if (!sg_multipart_write(rendering->run.arena, rendering->system, rendering->request, content,
                            rendering->out, rendering->err))
        return false;
    if (rendering->out->part_count > 0) /* one is the least (RFC 2046, section 5.1.1) */
        add_header(rendering, SG_STR("Content-Type"), SG_STR("multipart/form-data"));
    return true;
}

static bool render_body(struct rendering *rendering)
{
    const struct sg_system *system = rendering->system;
    const struct sg_request *request = rendering->request;
    struct sg_buffer body = {.arena = rendering->run.arena};
    const struct sg_node *content = NULL;

    if (request->body == SG_BODY_NONE)
        return true;
    if (!with_always(rendering, system->always_set, request->content, &content))
        return false;
    rendering->out->has_body = true;
    if (request->body == SG_BODY_MULTIPART)
        return render_multipart(rendering, content);
    if (request->body == SG_BODY_SOAP) {
        if (!render_soap(rendering, content, &body))
            return false;
    } else if (content != NULL || request->body == SG_BODY_XML) {
        if (!sg_rest_write(&body, system, request, content, rendering->err))
            return false;
        add_header(rendering, SG_STR("Content-Type"),
                   sg_rest_content_type(system, rendering->run.arena, request->body));
    }
    return encode(rendering, sg_buffer_text(&body));
}

/* --- all of it --- */

static bool write_base64(struct sg_arena *arena, const struct sg_request_file *file,
                         struct sg_str *out, struct sg_error *err)
{
    struct sg_scratch_view view SG_AUTO(sg_scratch_view) = {0};

    if (!sg_scratch_map(&file->bytes, &view, err))
        return sg_error_within(err, "a file");
    *out = sg_base64(arena, view.bytes);
    return true;
}

/* What stands in the places of the files: base64, or still their URLs. */
static bool write_files(struct sg_arena *arena, const struct sg_request *request,
                        struct sg_str *texts, struct sg_error *err)
{
    for (size_t f = 0; f < request->file_count; f++) {
        const struct sg_request_file *file = &request->files[f];

        texts[f] = file->node->text;
        if (file->bytes.in != NULL && request->body != SG_BODY_MULTIPART &&
            !write_base64(arena, file, &texts[f], err))
            return false;
    }
    return true;
}

/* Puts them there; the other way round the second time. */
static void swap_files(const struct sg_request *request, struct sg_str *texts)
{
    for (size_t f = 0; f < request->file_count; f++) {
        struct sg_str was = request->files[f].node->text;

        request->files[f].node->text = texts[f];
        texts[f] = was;
    }
}

bool sg_request_render(const struct sg_system *system, const struct sg_request *request,
                       int64_t now_ms, struct sg_arena *arena, struct sg_wire *out,
                       struct sg_error *err)
{
    static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    struct rendering rendering = {.system = system,
                                  .request = request,
                                  .now_ms = now_ms,
                                  .run = {.arena = arena},
                                  .out = out,
                                  .err = err};
    struct sg_str *files = sg_arena_get(arena, request->file_count, sizeof *files);

    *out = (struct sg_wire){.method = methods[request->method]};
    rendering.run.scopes.at[SG_SCOPE_NOW] = sg_request_now(arena, now_ms);
    if (request->session != NULL)
        rendering.run.scopes.at[SG_SCOPE_SESSION] = request->session->values;
    if (!render_url(&rendering) || !render_headers(&rendering) ||
        !write_files(arena, request, files, err))
        return false;
    swap_files(request, files);
    bool is_good = render_body(&rendering);

    swap_files(request, files);
    out->headers = rendering.headers;
    out->header_count = rendering.header_count;
    return is_good;
}
