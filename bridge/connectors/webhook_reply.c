/* What a webhook's sender is told: as its file says, or as its format has it. */
#include "base/buffer.h"
#include "connectors/header.h"
#include "connectors/request.h"
#include "connectors/rest.h"
#include "connectors/soap.h"
#include "connectors/webhook.h"

enum { ACCEPTED = 200, UNKNOWN = 401, SOAP_FAULT = 500 };

/* A reply on its way. */
struct replying {
    const struct sg_webhook_events *events;
    struct sg_arena *arena;
    struct sg_rule_run run;
    struct sg_webhook_reply *out;
};

static bool is_accepted(const struct replying *replying)
{
    return replying->events->status == 0;
}

/* The first of the events stands for all: what else came with it was accepted as well. */
static const struct sg_node *event_of(const struct replying *replying)
{
    struct sg_node *event = sg_node_new(replying->arena, SG_NODE_OBJECT);
    const struct sg_event *first = replying->events->events;

    if (replying->events->count == 0)
        return NULL;
    (void)sg_node_add(event, SG_STR("key"), sg_node_text(replying->arena, first->key));
    (void)sg_node_add(event, SG_STR("id"), sg_node_text(replying->arena, first->record_id));
    (void)sg_node_add(event, SG_STR("version"), sg_node_text(replying->arena, first->version));
    return event;
}

static const struct sg_node *error_of(const struct replying *replying)
{
    struct sg_node *error = sg_node_new(replying->arena, SG_NODE_OBJECT);

    if (is_accepted(replying))
        return NULL;
    (void)sg_node_add(error, SG_STR("text"),
                      sg_node_text(replying->arena, sg_str_of(replying->events->problem)));
    return error;
}

static void set_scopes(struct replying *replying, const struct sg_webhook_request *request,
                       int64_t now_ms)
{
    const struct sg_node **at = replying->run.scopes.at;

    at[SG_SCOPE_HAND] = replying->events->tree;
    at[SG_SCOPE_HEADERS] = sg_header_tree(replying->arena, request->headers, request->header_count);
    at[SG_SCOPE_EVENT] = event_of(replying);
    at[SG_SCOPE_ERROR] = error_of(replying);
    at[SG_SCOPE_NOW] = sg_request_now(replying->arena, now_ms);
}

/* --- bodies --- */

/* Of text, in the character set of whose webhook it is; false where it does not fit. */
static bool set_body(struct replying *replying, struct sg_buffer *text, bool is_xml,
                     struct sg_str type)
{
    struct sg_error err;

    if (!sg_charset_encode(replying->events->of->charset, replying->arena, sg_buffer_text(text),
                           is_xml ? SG_CHARSET_XML : SG_CHARSET_REFUSED, &replying->out->body,
                           &err))
        return false;
    replying->out->content_type = type;
    return true;
}

/* The element, or in a fault its detail. */
static bool write_soap(struct replying *replying, struct sg_str element,
                       const struct sg_node *content)
{
    const struct sg_system *system = replying->events->of;
    struct sg_buffer body = {.arena = replying->arena};

    if (is_accepted(replying))
        sg_soap_write(&body, system,
                      &(struct sg_soap_message){.element = element, .content = content}, 0);
    else
        sg_soap_write_fault(&body, system,
                            &(struct sg_soap_fault){.text = sg_str_of(replying->events->problem),
                                                    .element = element,
                                                    .content = content});
    return set_body(replying, &body, true,
                    sg_soap_content_type(system, replying->arena, SG_STR("")));
}

static bool write_rest(struct replying *replying, enum sg_body kind, struct sg_str element,
                       const struct sg_node *content)
{
    const struct sg_system *system = replying->events->of;
    const struct sg_request as = {.body = kind, .element = element};
    struct sg_buffer body = {.arena = replying->arena};
    struct sg_error err;

    return sg_rest_write(&body, system, &as, content, &err) &&
           set_body(replying, &body, kind == SG_BODY_XML,
                    sg_rest_content_type(system, replying->arena, kind));
}

static bool write_told(struct replying *replying, const struct sg_webhook_reply_spec *told,
                       const struct sg_node *content)
{
    switch (told->body) {
    case SG_REPLY_EMPTY:
        break;
    case SG_REPLY_JSON:
        return write_rest(replying, SG_BODY_JSON, told->element, content);
    case SG_REPLY_XML:
        return write_rest(replying, SG_BODY_XML, told->element, content);
    case SG_REPLY_SOAP:
        return write_soap(replying, told->element, content);
    }
    return true;
}

/* False when its rule cannot be kept, or its body not written: of what was received, and so nobody's
 * fault here. */
static bool reply_as_told(struct replying *replying, const struct sg_webhook_reply_spec *told)
{
    const struct sg_node *content = NULL;

    if (told->status == 0 ||
        (told->content != NULL && !sg_rule_run(told->content, &replying->run, &content)))
        return false;
    if (told->body == SG_REPLY_JSON && content == NULL)
        return false;
    replying->out->status = told->status;
    return write_told(replying, told, content);
}

/* `CloseResponse` for `Close`. */
static struct sg_str response_name(const struct replying *replying)
{
    const struct sg_node *tree = replying->events->tree;

    return sg_str_format(replying->arena, "%.*sResponse", SG_STR_ARG(tree->name));
}

static void reply_by_default(struct replying *replying)
{
    const struct sg_webhook_events *events = replying->events;
    const bool is_soap = events->of != NULL && events->of->format == SG_FORMAT_SOAP;

    replying->out->status = is_accepted(replying) ? ACCEPTED : events->status;
    if (!is_soap || events->status == UNKNOWN)
        return;
    if (is_accepted(replying)) {
        (void)write_soap(replying, response_name(replying), NULL); /* a name that came in fits */
        return;
    }
    if (!events->of->is_soap12)
        replying->out->status = SOAP_FAULT;
    (void)write_soap(replying, (struct sg_str){0}, NULL); /* ASCII */
}

void sg_webhook_reply(const struct sg_webhook_request *request,
                      const struct sg_webhook_events *events, int64_t now_ms,
                      struct sg_arena *arena, struct sg_webhook_reply *out)
{
    struct replying replying = {
        .events = events, .arena = arena, .run = {.arena = arena}, .out = out};

    *out = (struct sg_webhook_reply){0};
    set_scopes(&replying, request, now_ms);
    if (events->spec == NULL ||
        !reply_as_told(&replying,
                       is_accepted(&replying) ? &events->spec->accept : &events->spec->refuse))
        reply_by_default(&replying);
}
