/* Runs the `tests` inside a system file (format.md, section 6: test of a system file). */
#include <stdlib.h>

#include "base/buffer.h"
#include "base/units.h"
#include "connectors/fetch.h"
#include "connectors/items.h"
#include "connectors/message.h"
#include "connectors/request.h"
#include "connectors/system.h"
#include "tree/form.h"
#include "tree/json.h"
#include "tree/yaml.h"

enum { EVENT_MAX_BYTES = 1 << 20 };

/* 2026-07-01T04:30:00Z: tests know no clock. */
static const int64_t NOW_MS = 1782880200000;

/* One test on its way. */
struct trial {
    struct sg_arena *arena;
    const struct sg_system *system;
    const struct sg_yaml *test;
    struct sg_findings *findings;
};

static bool report(const struct trial *trial, struct sg_str text)
{
    return sg_findings_add(trial->findings, trial->test->at, "test \"%.*s\": %.*s",
                           SG_STR_ARG(sg_yaml_find(trial->test, "name")->text), SG_STR_ARG(text));
}

static bool report_differs(const struct trial *trial, const char *what, struct sg_str expected,
                           struct sg_str got)
{
    return report(trial, sg_str_format(trial->arena, "%s: expected %.*s, got %.*s", what,
                                       SG_STR_ARG(expected), SG_STR_ARG(got)));
}

static struct sg_str show(struct sg_arena *arena, const struct sg_node *node)
{
    struct sg_buffer out = {.arena = arena};

    if (node == NULL)
        return SG_STR("nothing");
    sg_json_write(&out, node);
    return sg_buffer_text(&out);
}

static bool compare(const struct trial *trial, const char *what, const struct sg_node *expected,
                    const struct sg_node *got)
{
    const struct sg_node *wanted = NULL, *there = NULL;
    struct sg_str pointer;

    if (got != NULL && !sg_node_differ(trial->arena, expected, got, &pointer, &wanted, &there))
        return true;
    if (got == NULL)
        return report_differs(trial, what, show(trial->arena, expected), SG_STR("nothing"));
    struct sg_str at = sg_str_format(trial->arena, "%s, at %.*s", what, SG_STR_ARG(pointer));
    return report_differs(trial, sg_str_c(trial->arena, at), show(trial->arena, wanted),
                          show(trial->arena, there));
}

/* --- sends --- */

static struct sg_header find_header(const struct sg_wire *wire, struct sg_str name)
{
    for (size_t h = 0; h < wire->header_count; h++) {
        if (sg_str_equal(wire->headers[h].name, name))
            return wire->headers[h];
    }
    return (struct sg_header){0};
}

static bool check_headers(const struct trial *trial, const struct sg_yaml *headers,
                          const struct sg_wire *wire)
{
    bool is_good = true;

    for (const struct sg_yaml *h = headers == NULL ? NULL : headers->first; h != NULL;
         h = h->next) {
        struct sg_str got = find_header(wire, h->key).value;

        if (!sg_str_equal(got, h->text))
            is_good = report_differs(trial, sg_str_c(trial->arena, h->key), h->text, got);
    }
    return is_good;
}

/* A document as the operation sends it, as a tree; NULL when it is none. */
static const struct sg_node *read_body(const struct trial *trial, enum sg_body kind,
                                       struct sg_str text)
{
    const struct sg_node *tree = NULL;
    struct sg_error err;
    bool is_read = false;

    if (kind == SG_BODY_JSON)
        is_read = sg_json_read(trial->arena, text, NULL, &tree, &err);
    else if (kind == SG_BODY_FORM)
        is_read = sg_form_read(trial->arena, text, trial->system->charset, &tree, &err);
    else if (kind == SG_BODY_SOAP || kind == SG_BODY_XML)
        is_read = sg_xml_read(trial->arena, text, trial->system->names, NULL, &tree, &err);
    return is_read ? tree : NULL;
}

/* As it is read again in the system's character set, which may lack letters. */
static void fold(const struct trial *trial, struct sg_node *node)
{
    node->name = sg_charset_fold(trial->system->charset, trial->arena, node->name);
    node->text = sg_charset_fold(trial->system->charset, trial->arena, node->text);
    for (struct sg_node *child = node->first; child != NULL; child = child->next)
        fold(trial, child); /* as deep as a request may be */
}

/* The body that is expected, as a text or as a tree; NULL when it is none. */
static const struct sg_node *expected_body(const struct trial *trial, enum sg_body kind,
                                           const struct sg_yaml *body)
{
    const struct sg_node *tree = body->kind == SG_YAML_TEXT ? read_body(trial, kind, body->text)
                                                            : sg_yaml_to_node(trial->arena, body);
    struct sg_node *own = tree == NULL ? NULL : sg_request_copy(trial->arena, tree, false);

    if (own != NULL)
        fold(trial, own);
    return own;
}

/* What stands in the Body's element; a whole envelope is looked into. */
static const struct sg_node *inside(const struct sg_node *root)
{
    const struct sg_node *body = NULL;

    for (const struct sg_node *m = root == NULL ? NULL : root->first; m != NULL; m = m->next) {
        if (sg_str_is(m->name, "Body"))
            body = m;
    }
    if (body == NULL || body->kind != SG_NODE_OBJECT)
        return root;
    return body->last;
}

static bool check_body(const struct trial *trial, const struct sg_yaml *body, enum sg_body kind,
                       const struct sg_wire *wire)
{
    const bool is_soap = kind == SG_BODY_SOAP, is_text = body->kind == SG_YAML_TEXT;
    const struct sg_charset *charset = trial->system->charset;
    const struct sg_node *got =
        read_body(trial, kind, sg_charset_decode(charset, trial->arena, wire->body));
    const struct sg_node *expected = expected_body(trial, kind, body);

    if (expected == NULL)
        return report(trial, SG_STR("the expected body cannot be read"));
    if (kind == SG_BODY_XML && is_text && got != NULL && !sg_str_equal(expected->name, got->name))
        return report_differs(trial, "the root", expected->name, got->name);
    if (is_soap)
        got = inside(got);
    if (is_soap && is_text)
        expected = inside(expected);
    return compare(trial, "the body", expected, got);
}

static const char *method_name(enum sg_method method)
{
    static const char *const words[] = {"get", "post", "put", "patch", "delete"};

    return words[method];
}

static bool check_address(const struct trial *trial, const struct sg_yaml *sends,
                          const struct sg_request *request, const struct sg_wire *wire)
{
    struct sg_str path = sg_str_skip(wire->url, trial->system->url.length);

    for (const struct sg_yaml *entry = sends->first; entry != NULL; entry = entry->next) {
        if (sg_str_is(entry->key, "soap")) {
            if (!sg_str_equal(entry->text, request->element))
                return report_differs(trial, "the element", entry->text, request->element);
        } else if (!sg_str_is(entry->key, "body") && !sg_str_is(entry->key, "headers")) {
            struct sg_str expected = sg_str_format(trial->arena, "%.*s %.*s",
                                                   SG_STR_ARG(entry->key), SG_STR_ARG(entry->text));
            struct sg_str got = sg_str_format(trial->arena, "%s %.*s", method_name(request->method),
                                              SG_STR_ARG(path));

            if (!sg_str_equal(expected, got))
                return report_differs(trial, "the request", expected, got);
        }
    }
    return true;
}

static bool check_wire(const struct trial *trial, const struct sg_yaml *sends,
                       const struct sg_request *request, const struct sg_wire *wire)
{
    const struct sg_yaml *body = sg_yaml_find(sends, "body");

    return check_address(trial, sends, request, wire) &&
           check_headers(trial, sg_yaml_find(sends, "headers"), wire) &&
           (body == NULL || check_body(trial, body, request->body, wire));
}

static bool check_sends(const struct trial *trial, const struct sg_operation *operation,
                        const struct sg_node *input, const struct sg_yaml *sends)
{
    struct sg_rule_run run = {.arena = trial->arena};
    struct sg_request request;
    struct sg_wire wire;
    struct sg_error err;

    const struct sg_operation_call call = {.system = trial->system,
                                           .op = operation,
                                           .source = trial->system,
                                           .input = input,
                                           .event = sg_node_new(trial->arena, SG_NODE_OBJECT),
                                           .key = SG_STR("key"),
                                           .now_ms = NOW_MS};

    if (!sg_operation_build(&call, &run, &request))
        return report(trial, run.problems != NULL ? run.problems->text : run.ignored);
    if (!sg_request_render(trial->system, &request, NOW_MS, trial->arena, &wire, &err))
        return report(trial, sg_str_copy(trial->arena, sg_str_of(err.text)));
    return check_wire(trial, sends, &request, &wire);
}

/* --- answer --- */

static const struct sg_header *headers_of(const struct trial *trial, const struct sg_yaml *given,
                                          size_t *count)
{
    const struct sg_yaml *headers = sg_yaml_find(given, "headers");
    struct sg_header *list =
        sg_arena_get(trial->arena, headers == NULL ? 0 : headers->count, sizeof *list);

    *count = 0;
    for (const struct sg_yaml *h = headers == NULL ? NULL : headers->first; h != NULL; h = h->next)
        list[(*count)++] = (struct sg_header){h->key, h->text};
    return list;
}

/* The body's bytes, as the system would send what the test writes as text. */
static bool encode(const struct trial *trial, struct sg_str text, struct sg_str *bytes)
{
    const bool is_xml = trial->system->format != SG_FORMAT_JSON;
    struct sg_error err;

    if (sg_charset_encode(trial->system->charset, trial->arena, text,
                          is_xml ? SG_CHARSET_XML : SG_CHARSET_REFUSED, bytes, &err))
        return true;
    return report(trial, sg_str_format(trial->arena, "the answer's body: %s", err.text));
}

static bool reply_of(const struct trial *trial, const struct sg_yaml *answer, struct sg_reply *out)
{
    const struct sg_yaml *body = sg_yaml_find(answer, "body");
    int64_t status = 0;

    *out = (struct sg_reply){.kind = SG_REPLY_WHOLE};
    if (sg_units_integer(sg_yaml_find(answer, "status")->text, &status))
        out->status = (int)status;
    out->headers = headers_of(trial, answer, &out->header_count);
    return body == NULL || encode(trial, body->text, &out->body);
}

static struct sg_str name_of(enum sg_outcome outcome)
{
    static const char *const names[] = {"",          "success",   "none",   "exists",
                                        "temporary", "permanent", "unknown"};

    return sg_str_of(names[outcome]);
}

static bool check_judgement(const struct trial *trial, const struct sg_answer *answer)
{
    const struct sg_yaml *is = sg_yaml_find(trial->test, "is");
    const struct sg_yaml *says = sg_yaml_find(trial->test, "says");

    if (is != NULL && !sg_str_equal(is->text, name_of(answer->outcome)))
        return report_differs(trial, "is", is->text, name_of(answer->outcome));
    if (says != NULL && !sg_str_equal(says->text, answer->said))
        return report_differs(trial, "says", says->text, answer->said);
    return true;
}

static bool check_given(const struct trial *trial, const struct sg_operation *operation,
                        const struct sg_node *tree, const struct sg_node *input,
                        const struct sg_reply *reply)
{
    const struct sg_yaml *gives = sg_yaml_find(trial->test, "gives");
    struct sg_rule_run run = {.arena = trial->arena};
    struct sg_given given = {0};

    if (gives == NULL)
        return true;
    if (!sg_answer_give(&operation->gives, tree, input, reply, &run, &given))
        return report(trial, run.problems != NULL ? run.problems->text : run.ignored);
    for (const struct sg_yaml *entry = gives->first; entry != NULL; entry = entry->next) {
        struct sg_str got = sg_str_is(entry->key, "id") ? given.id : given.version;

        if (!sg_str_equal(entry->text, got))
            return report_differs(trial, sg_str_c(trial->arena, entry->key), entry->text, got);
    }
    return true;
}

static bool run_operation(const struct trial *trial, const struct sg_operation *operation)
{
    const struct sg_yaml *given = sg_yaml_find(trial->test, "input");
    const struct sg_yaml *sends = sg_yaml_find(trial->test, "sends");
    const struct sg_yaml *answer_given = sg_yaml_find(trial->test, "answer");
    const struct sg_node *input = given != NULL ? sg_yaml_to_node(trial->arena, given)
                                                : sg_node_new(trial->arena, SG_NODE_OBJECT);
    struct sg_reply reply;
    struct sg_answer answer;

    if (sends != NULL && !check_sends(trial, operation, input, sends))
        return false;
    if (answer_given == NULL)
        return true;
    if (!reply_of(trial, answer_given, &reply))
        return false;
    const struct sg_exchange exchange = {trial->system, input, &reply, NOW_MS};

    sg_answer_judge(&exchange, SG_CALL_WRITE, operation->answers, trial->arena, &answer);
    return check_judgement(trial, &answer) &&
           check_given(trial, operation, answer.tree, input, &reply);
}

/* --- a record's events --- */

static bool report_missing_fetch(const struct trial *trial, const struct sg_request *request)
{
    const bool is_soap = request->body == SG_BODY_SOAP;

    return report(trial, sg_str_format(trial->arena, "`fetches` has no answer for %s %.*s",
                                       is_soap ? "soap" : method_name(request->method),
                                       SG_STR_ARG(is_soap ? request->element : request->path)));
}

static bool check_event(const struct trial *trial, const struct sg_yaml *expected,
                        const struct sg_event *event)
{
    for (const struct sg_yaml *entry = expected->first; entry != NULL; entry = entry->next) {
        const struct sg_yaml *link = sg_yaml_find(entry, "link");
        struct sg_str wanted = link != NULL ? link->text : entry->text;
        struct sg_str got = sg_str_is(entry->key, "id")    ? event->record_id
                            : sg_str_is(entry->key, "key") ? event->key
                                                           : event->version;

        if (!sg_str_equal(wanted, got) ||
            (sg_str_is(entry->key, "key") && (link != NULL) != event->is_key_linked))
            return report_differs(trial, sg_str_c(trial->arena, entry->key), wanted, got);
    }
    return true;
}

static bool check_events(const struct trial *trial, const struct sg_events *events,
                         const struct sg_yaml *expected)
{
    const struct sg_yaml *wanted = expected->first;

    for (size_t i = 0; i < events->count; i++) {
        if (events->at[i].problem.length > 0)
            return report(trial, events->at[i].problem);
    }
    for (size_t i = 0; i < events->count && wanted != NULL; i++, wanted = wanted->next) {
        if (!check_event(trial, wanted, &events->at[i]))
            return false;
    }
    return events->count == expected->count ||
           report(trial, sg_str_format(trial->arena, "%zu events expected, %zu captured",
                                       expected->count, events->count));
}

static struct sg_record_reader reader_of(const struct trial *trial, const struct sg_record *record)
{
    return (struct sg_record_reader){
        .system = trial->system, .record = record, .max_bytes = EVENT_MAX_BYTES};
}

/* Whether the call is the one that `sends` of its entry shows; without that, any is. */
static bool check_fetch(const struct trial *trial, const struct sg_yaml *entry,
                        const struct sg_request *request)
{
    const struct sg_yaml *sends = sg_yaml_find(entry, "sends");
    struct sg_wire wire;
    struct sg_error err;

    if (sends == NULL)
        return true;
    if (!sg_request_render(trial->system, request, NOW_MS, trial->arena, &wire, &err))
        return report(trial, sg_str_copy(trial->arena, sg_str_of(err.text)));
    return check_wire(trial, sends, request, &wire);
}

/* Makes the item whole from the test's `fetches`, in the order in which they are asked for. */
static bool fetch_item(const struct trial *trial, const struct sg_record *record,
                       struct sg_item *item, const struct sg_yaml **entry)
{
    struct sg_fetch *fetch = sg_fetch_begin(trial->system, record, item->received, trial->arena);
    struct sg_request request;
    struct sg_answer answer;

    while (sg_fetch_next(fetch, NOW_MS, &request)) {
        if (*entry == NULL)
            return report_missing_fetch(trial, &request);
        struct sg_reply reply;

        if (!reply_of(trial, sg_yaml_find(*entry, "answer"), &reply) ||
            !check_fetch(trial, *entry, &request))
            return false;
        if (!sg_fetch_take(fetch, &reply, NOW_MS, &answer))
            return report_differs(trial, "a fetch, is", SG_STR("success or none"),
                                  name_of(answer.outcome));
        *entry = (*entry)->next;
    }
    *item = sg_fetch_item(fetch);
    return true;
}

static bool check_items(const struct trial *trial, const struct sg_record *record,
                        const struct sg_items *items, const struct sg_yaml *expected)
{
    const struct sg_record_reader reader = reader_of(trial, record);
    const struct sg_yaml *fetches = sg_yaml_find(trial->test, "fetches");
    const struct sg_yaml *entry = fetches == NULL ? NULL : fetches->first;
    struct sg_events events = {.arena = trial->arena};
    const struct sg_node *received = items->first;

    for (size_t i = 0; i < items->count; i++, received = received->next) {
        struct sg_item item = {.received = received, .tree = received};

        if (record->poll != NULL && !fetch_item(trial, record, &item, &entry))
            return false;
        sg_item_decode(&reader, &item, trial->arena);
        sg_item_read(&reader, &item, NOW_MS, &events);
    }
    if (entry != NULL)
        return report(trial, SG_STR("`fetches` has more answers than are asked for"));
    return check_events(trial, &events, expected);
}

static bool run_message(const struct trial *trial, const struct sg_record *record,
                        const struct sg_yaml *given)
{
    const struct sg_yaml *key = sg_yaml_find(given, "key");
    const struct sg_record_reader reader = reader_of(trial, record);
    struct sg_message message = {.topic = sg_str_of(record->subscribe->topic),
                                 .time_ms = NOW_MS,
                                 .has_value = true,
                                 .value = sg_yaml_find(given, "value")->text};
    struct sg_events events = {.arena = trial->arena};

    if (key != NULL)
        message.key = key->text;
    message.headers = headers_of(trial, given, &message.header_count);
    sg_message_read(&reader, &message, NOW_MS, &events);
    return check_events(trial, &events, sg_yaml_find(trial->test, "events"));
}

static bool run_record(const struct trial *trial, const struct sg_record *record)
{
    const struct sg_yaml *answer_given = sg_yaml_find(trial->test, "answer");
    const struct sg_yaml *message = sg_yaml_find(trial->test, "message");
    const struct sg_yaml *events = sg_yaml_find(trial->test, "events");
    const struct sg_rule *source = record->poll != NULL ? record->poll->items : record->read_items;
    struct sg_items items = {0};
    struct sg_scopes scopes = {0};
    struct sg_reply reply;
    struct sg_answer answer;
    struct sg_error err;

    if (message != NULL)
        return run_message(trial, record, message);
    if (answer_given == NULL || (source == NULL && record->webhook == NULL))
        return report(trial, SG_STR("an `answer` is needed, and a record that is asked for"));
    if (!reply_of(trial, answer_given, &reply))
        return false;
    const struct sg_exchange exchange = {trial->system, NULL, &reply, NOW_MS};

    sg_answer_judge(&exchange, SG_CALL_READ,
                    record->poll != NULL ? record->poll->answers : record->read_answers,
                    trial->arena, &answer);
    if (!check_judgement(trial, &answer))
        return false;
    scopes.at[SG_SCOPE_HAND] = answer.tree;
    if (events == NULL)
        return true;
    if (!sg_items_get(source != NULL ? source : record->webhook->items, &scopes, &items, &err))
        return report(trial, sg_str_copy(trial->arena, sg_str_of(err.text)));
    if (answer.outcome != SG_OUTCOME_NONE && sg_items_are_malformed(&items, trial->system, &reply))
        return report(trial, SG_STR("the answer lacks what `items` names"));
    return check_items(trial, record, &items, events);
}

void sg_system_run_tests(const struct sg_system *system, struct sg_findings *findings,
                         size_t *passed, size_t *failed)
{
    const struct sg_yaml *test = system->tests == NULL ? NULL : system->tests->first;

    for (; test != NULL; test = test->next) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct trial trial = {arena, system, test, findings};
        const struct sg_yaml *operation = sg_yaml_find(test, "operation");
        bool is_good =
            operation != NULL
                ? run_operation(&trial, sg_system_operation(system, operation->text))
                : run_record(&trial, sg_system_record(system, sg_yaml_find(test, "record")->text));

        *passed += is_good;
        *failed += !is_good;
    }
}
