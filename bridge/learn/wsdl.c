/* A system file from a WSDL 1.1: an operation for each of a binding, with the input that its schema
 * tells. What an operation means, a WSDL does not say. */
#include <stdlib.h>

#include "base/name.h"
#include "learn/draft.h"
#include "learn/hints.h"
#include "learn/parts.h"
#include "learn/xsd.h"
#include "tree/xml.h"

static const struct sg_xml_namespace NAMES[] = {
    {SG_STR_INIT("soap"), SG_STR_INIT("http://schemas.xmlsoap.org/wsdl/soap/")},
    {SG_STR_INIT("soap12"), SG_STR_INIT("http://schemas.xmlsoap.org/wsdl/soap12/")},
    {SG_STR_INIT("xs"), SG_STR_INIT("http://www.w3.org/2001/XMLSchema")},
};

enum { ANSWER_FIELDS = 12 }; /* of an answer, told in a comment */

/* One operation, by what is sent and what comes. */
struct operation {
    struct sg_str wsdl_name, name; /* of the port type; as we call it */
    struct sg_str element, answer; /* local names of what stands in the bodies */
    struct sg_str action;
    const struct sg_node *input, *output; /* their global elements; NULL: not in this file */
    bool is_repeated;                     /* there is one of that name before it */
};

struct wsdl {
    struct sg_arena *arena;
    const struct sg_learn_system *from;
    const char *file;
    const struct sg_node *root, *binding;
    const struct sg_xsd *xsd;
    const char *soap; /* the prefix above of the binding's SOAP */
    struct operation *at;
    size_t count;
    struct sg_str space, action; /* the namespace of what is sent; what stands before its element */
    bool is_qualified, has_action;
    int unwrap;
    struct sg_buffer out;
};

bool sg_learn_is_wsdl(const struct sg_learn_tree *tree)
{
    return tree->is_xml && sg_str_is(tree->root->name, "definitions");
}

static bool fail(const struct wsdl *it, const char *what, struct sg_error *err)
{
    return sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){.file = it->file}, "%s", what);
}

/* An element of a SOAP extension: `soap:binding` or `soap12:binding`. */
static const struct sg_node *soap_element(const struct wsdl *it, const struct sg_node *parent,
                                          const char *name)
{
    return sg_xsd_first(parent,
                        sg_str_c(it->arena, sg_str_format(it->arena, "%s:%s", it->soap, name)));
}

/* --- names of the definitions --- */

struct entry {
    struct sg_str name;
    const struct sg_node *node;
};

struct table {
    struct entry *at;
    size_t count;
};

static int by_name(const void *a, const void *b)
{
    return sg_str_compare(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static struct table table_of(struct sg_arena *arena, const struct sg_node *parent, const char *what)
{
    struct table table = {0};

    for (const struct sg_node *n = sg_xsd_first(parent, what); n != NULL;
         n = sg_xsd_next(parent, what, n))
        table.count++;
    table.at = sg_arena_get(arena, table.count, sizeof *table.at);
    table.count = 0;
    for (const struct sg_node *n = sg_xsd_first(parent, what); n != NULL;
         n = sg_xsd_next(parent, what, n))
        table.at[table.count++] = (struct entry){sg_xsd_attribute(n, "@name"), n};
    if (table.count > 0)
        qsort(table.at, table.count, sizeof *table.at, by_name);
    return table;
}

static const struct sg_node *find_in(const struct table *table, struct sg_str name)
{
    const struct entry wanted = {.name = name};
    const struct entry *found =
        table->count == 0 ? NULL
                          : bsearch(&wanted, table->at, table->count, sizeof *table->at, by_name);

    return found == NULL ? NULL : found->node;
}

/* --- the binding --- */

static bool find_binding(struct wsdl *it, struct sg_error *err)
{
    static const char *const soaps[] = {"soap", "soap12"};

    for (size_t s = 0; s < 2; s++) {
        it->soap = soaps[s];
        for (const struct sg_node *b = sg_xsd_first(it->root, "binding"); b != NULL;
             b = sg_xsd_next(it->root, "binding", b)) {
            const struct sg_node *soap = soap_element(it, b, "binding");
            if (soap == NULL)
                continue;
            it->binding = b;
            return !sg_str_is(sg_xsd_attribute(soap, "@style"), "rpc") ||
                   fail(it, "its binding has the style rpc; only document is read", err);
        }
    }
    return fail(it, "has no binding of SOAP 1.1 or 1.2 to http", err);
}

/* The local name of the element that stands in a message's one part; "" when there is none. */
static struct sg_str element_of(const struct table *messages, const struct sg_node *operation,
                                const char *direction)
{
    const struct sg_str message =
        sg_xsd_local(sg_xsd_attribute(sg_xsd_first(operation, direction), "@message"));
    const struct sg_node *part = sg_xsd_first(find_in(messages, message), "part");

    return sg_xsd_local(sg_xsd_attribute(part, "@element"));
}

static bool is_encoded(const struct wsdl *it, const struct sg_node *bound)
{
    const struct sg_node *body = soap_element(it, sg_xsd_first(bound, "input"), "body");

    return sg_str_is(sg_xsd_attribute(body, "@use"), "encoded");
}

static void note_space(struct wsdl *it, const struct sg_node *schema)
{
    if (it->space.length > 0)
        return;
    it->space = sg_xsd_attribute(schema, "@targetNamespace");
    it->is_qualified = sg_str_is(sg_xsd_attribute(schema, "@elementFormDefault"), "qualified");
}

static bool read_operation(struct wsdl *it, const struct table *messages,
                           const struct table *abstract, const struct sg_node *bound,
                           struct sg_error *err)
{
    struct operation *operation = &it->at[it->count];
    const struct sg_node *schema = NULL;

    operation->wsdl_name = sg_xsd_attribute(bound, "@name");
    const struct sg_node *port = find_in(abstract, operation->wsdl_name);
    if (is_encoded(it, bound))
        return fail(it, "its messages are encoded (SOAP section 5); only literal ones are read",
                    err);
    operation->name = sg_learn_snake(it->arena, operation->wsdl_name);
    if (!sg_name_is_allowed(operation->name))
        operation->name = sg_str_format(it->arena, "operation_%zu", it->count + 1);
    operation->action = sg_xsd_attribute(soap_element(it, bound, "operation"), "@soapAction");
    operation->element = element_of(messages, port, "input");
    operation->answer = element_of(messages, port, "output");
    operation->input = sg_xsd_element(it->xsd, operation->element, &schema);
    if (operation->input != NULL)
        note_space(it, schema);
    operation->output = sg_xsd_element(it->xsd, operation->answer, &schema);
    it->count++;
    return true;
}

static int by_our_name(const void *a, const void *b)
{
    const struct operation *const *left = a, *const *right = b;
    const int order = sg_str_compare((*left)->name, (*right)->name);

    return order != 0 ? order : (*left > *right) - (*left < *right);
}

static void find_repeated(struct wsdl *it)
{
    struct operation **order = sg_arena_get(it->arena, it->count, sizeof(struct operation *));

    for (size_t o = 0; o < it->count; o++)
        order[o] = &it->at[o];
    qsort(order, it->count, sizeof(struct operation *), by_our_name);
    for (size_t o = 1; o < it->count; o++)
        order[o]->is_repeated = sg_str_equal(order[o - 1]->name, order[o]->name);
}

static bool read_operations(struct wsdl *it, struct sg_error *err)
{
    const struct table messages = table_of(it->arena, it->root, "message");
    const struct table ports = table_of(it->arena, it->root, "portType");
    const struct sg_node *port =
        find_in(&ports, sg_xsd_local(sg_xsd_attribute(it->binding, "@type")));
    const struct table abstract = table_of(it->arena, port, "operation");
    const struct table bound = table_of(it->arena, it->binding, "operation");

    it->at = sg_arena_get(it->arena, bound.count, sizeof *it->at);
    for (const struct sg_node *b = sg_xsd_first(it->binding, "operation"); b != NULL;
         b = sg_xsd_next(it->binding, "operation", b)) {
        if (!read_operation(it, &messages, &abstract, b, err))
            return false;
    }
    if (it->count == 0)
        return fail(it, "its binding has no operation", err);
    find_repeated(it);
    return true;
}

/* --- what all have in common --- */

static bool ends_with(struct sg_str text, struct sg_str end)
{
    return text.length >= end.length &&
           sg_str_equal(sg_str_skip(text, text.length - end.length), end);
}

/* Whether each action is one text and then the element: then the system says that text. */
static void find_action(struct wsdl *it)
{
    it->has_action = true;
    for (size_t o = 0; o < it->count; o++) {
        const struct operation *operation = &it->at[o];
        struct sg_str prefix = operation->action;

        it->has_action &= ends_with(prefix, operation->element) && operation->element.length > 0;
        if (!it->has_action)
            return;
        prefix.length -= operation->element.length;
        if (o == 0)
            it->action = prefix;
        it->has_action &= sg_str_equal(prefix, it->action);
    }
}

/* Whether all answers hold one element that holds the rest, as `…Response/…Result`. */
static void find_unwrap(struct wsdl *it)
{
    size_t seen = 0;

    it->unwrap = 1;
    for (size_t o = 0; o < it->count; o++) {
        const struct sg_xsd_field *fields = NULL;
        size_t count = 0;
        bool is_all;

        if (it->at[o].output == NULL)
            continue;
        sg_xsd_fields(it->arena, it->xsd, it->at[o].output, &fields, &count, &is_all);
        const struct sg_str wrapper =
            sg_str_format(it->arena, "/%.*sResult/", SG_STR_ARG(it->at[o].wsdl_name));
        for (size_t f = 0; f < count; f++) {
            if (!sg_str_starts(fields[f].pointer, sg_str_c(it->arena, wrapper)))
                return;
            seen++;
        }
    }
    if (seen > 0)
        it->unwrap = 2;
}

/* --- writing --- */

static void add_fields(struct wsdl *it, const struct sg_xsd_field *fields, size_t count,
                       bool is_flow);

/* ", " between, and nothing before the first. */
static void add_part(struct wsdl *it, bool *is_first, const char *text)
{
    sg_buffer_add_format(&it->out, "%s%s", *is_first ? "" : ", ", text);
    *is_first = false;
}

static void add_values(struct wsdl *it, const struct sg_node *values)
{
    bool is_first = true;

    sg_buffer_add(&it->out, SG_STR("in: ["));
    for (const struct sg_node *v = values->kind == SG_NODE_LIST ? values->first : values; v != NULL;
         v = values->kind == SG_NODE_LIST ? v->next : NULL) {
        add_part(it, &is_first, "");
        sg_draft_scalar(&it->out, sg_xsd_attribute(v, "@value"));
    }
    sg_buffer_add_byte(&it->out, ']');
}

static void add_field(struct wsdl *it, const struct sg_xsd_field *field)
{
    bool is_first = true;

    sg_draft_scalar(&it->out, field->pointer);
    sg_buffer_add(&it->out, SG_STR(": {"));
    if (field->is_list)
        add_part(it, &is_first, "type: list");
    else if (field->type != NULL)
        add_part(it, &is_first,
                 sg_str_c(it->arena, sg_str_format(it->arena, "type: %s", field->type)));
    if (field->is_required)
        add_part(it, &is_first, "required: true");
    if (field->values != NULL && !field->is_list) {
        add_part(it, &is_first, "");
        add_values(it, field->values);
    } else if (field->max > 0 && !field->is_list) {
        add_part(it, &is_first, "max: ");
        sg_buffer_add_number(&it->out, field->max);
    }
    if (field->of_count > 0) {
        add_part(it, &is_first, "of: {");
        add_fields(it, field->of, field->of_count, true);
        sg_buffer_add_byte(&it->out, '}');
    }
    sg_buffer_add_byte(&it->out, '}');
}

/* As deep as the schema was walked. */
static void add_fields(struct wsdl *it, const struct sg_xsd_field *fields, size_t count,
                       bool is_flow)
{
    for (size_t f = 0; f < count; f++) {
        sg_buffer_add(&it->out, sg_str_of(!is_flow ? "\n      " : f == 0 ? "" : ", "));
        add_field(it, &fields[f]);
    }
}

static void add_answer(struct wsdl *it, const struct operation *operation)
{
    const struct sg_xsd_field *fields = NULL;
    size_t count = 0;
    bool is_all;

    if (operation->output == NULL)
        return;
    sg_xsd_fields(it->arena, it->xsd, operation->output, &fields, &count, &is_all);
    sg_buffer_add(&it->out, SG_STR("    # answers with "));
    sg_draft_words(&it->out, operation->answer);
    for (size_t f = 0; f < count && f < ANSWER_FIELDS; f++) {
        sg_buffer_add(&it->out, sg_str_of(f == 0 ? ": " : ", "));
        sg_draft_words(&it->out, fields[f].pointer);
    }
    sg_buffer_add(&it->out, sg_str_of(count > ANSWER_FIELDS ? ", …\n" : "\n"));
}

static void add_request(struct wsdl *it, const struct operation *operation)
{
    sg_buffer_add(&it->out, SG_STR("    request: {soap: "));
    sg_draft_scalar(&it->out, it->is_qualified ? operation->element
                                               : sg_str_format(it->arena, "t:%.*s",
                                                               SG_STR_ARG(operation->element)));
    if (!it->has_action) {
        sg_buffer_add(&it->out, SG_STR(", action: "));
        sg_draft_text(&it->out, operation->action);
    }
    sg_buffer_add(&it->out, SG_STR("}\n"));
}

static void add_input(struct wsdl *it, const struct operation *operation)
{
    const struct sg_xsd_field *fields = NULL;
    size_t count = 0;
    bool is_all = true;

    sg_buffer_add(&it->out, SG_STR("    input:"));
    if (operation->input == NULL) {
        sg_buffer_add_byte(&it->out, ' ');
        sg_draft_mark(&it->out, "what may be set; the element %.*s is not in this file",
                      SG_STR_ARG(operation->element));
        return;
    }
    sg_xsd_fields(it->arena, it->xsd, operation->input, &fields, &count, &is_all);
    if (count == 0) {
        sg_buffer_add_byte(&it->out, ' ');
        sg_draft_mark(&it->out, "what may be set, one thing at least; its schema %s",
                      is_all ? "has nothing: is it a read?"
                             : "is not read, being `any`, a group or too deep");
        return;
    }
    add_fields(it, fields, count, false);
    sg_buffer_add_byte(&it->out, '\n');
    if (!is_all)
        sg_buffer_add(&it->out, SG_STR("      # and more that is not read: `any`, groups, or what "
                                       "is too deep or too much\n"));
}

static void add_operation(struct wsdl *it, const struct operation *operation)
{
    if (operation->is_repeated || operation->element.length == 0) {
        sg_buffer_add(&it->out, SG_STR("  # left out: "));
        sg_draft_words(&it->out, operation->wsdl_name);
        sg_buffer_add(&it->out,
                      sg_str_of(operation->is_repeated ? ", which is called like another one\n"
                                                       : ", whose message holds no element\n"));
        return;
    }
    sg_buffer_add_format(&it->out, "  %.*s:\n", SG_STR_ARG(operation->name));
    add_answer(it, operation);
    sg_buffer_add(&it->out, SG_STR("    link: "));
    sg_draft_mark(&it->out, "opens: it makes the linked thing; needs: only where there is one; or "
                            "ignores");
    sg_buffer_add(&it->out, SG_STR("    once: "));
    sg_draft_mark(&it->out, "how a repeat does no harm: {field: /FIELD}, idempotent, resend, "
                            "{find: …}, ask");
    add_request(it, operation);
    add_input(it, operation);
}

/* Where the port of the binding is, when that is a place in a network. */
static struct sg_str address(const struct wsdl *it)
{
    const struct sg_str wanted = sg_xsd_attribute(it->binding, "@name");

    for (const struct sg_node *s = sg_xsd_first(it->root, "service"); s != NULL;
         s = sg_xsd_next(it->root, "service", s)) {
        for (const struct sg_node *p = sg_xsd_first(s, "port"); p != NULL;
             p = sg_xsd_next(s, "port", p)) {
            if (sg_str_equal(sg_xsd_local(sg_xsd_attribute(p, "@binding")), wanted))
                return sg_xsd_attribute(soap_element(it, p, "address"), "@location");
        }
    }
    return (struct sg_str){0};
}

/* One that `check` takes as it is. */
static bool is_url(struct sg_str text)
{
    return (sg_str_starts(text, "http://") || sg_str_starts(text, "https://")) &&
           sg_str_count(text, '?') + sg_str_count(text, '#') + sg_str_count(text, '@') +
                   sg_str_count(text, '$') ==
               0;
}

static void add_head(struct wsdl *it)
{
    const struct sg_str url = address(it);

    sg_learn_begin(&it->out, "../schema/system.schema.json", SG_STR("a WSDL"));
    sg_buffer_add(
        &it->out,
        SG_STR("# All of its operations are listed as calls. One that lists things, or gives "
               "one by its id,\n# belongs into a `poll` or a `read` of `records` instead.\n"));
    sg_buffer_add_format(&it->out, "system: %.*s\nurl: ", SG_STR_ARG(it->from->system));
    if (is_url(url)) {
        sg_draft_scalar(&it->out, url);
        sg_buffer_add_byte(&it->out, '\n');
    } else {
        sg_draft_mark(&it->out, "where it is reached: https://HOST/PATH, or ${env:NAME}");
    }
    sg_buffer_add_format(&it->out, "format: soap\nsoap: \"%s\"\nnamespaces: {%s: ",
                         strcmp(it->soap, "soap") == 0 ? "1.1" : "1.2",
                         it->is_qualified ? "\"\"" : "t");
    sg_draft_text(&it->out, it->space);
    sg_buffer_add(&it->out, SG_STR("}\n"));
    if (it->has_action && it->action.length > 0) {
        sg_buffer_add(&it->out, SG_STR("action: "));
        sg_draft_text(&it->out, it->action);
        sg_buffer_add_byte(&it->out, '\n');
    }
    if (it->unwrap > 1)
        sg_buffer_add_format(&it->out, "unwrap: %d\n", it->unwrap);
    sg_buffer_add(&it->out, SG_STR("zone: "));
    sg_draft_mark(&it->out, "of times that say none: Asia/Tehran, UTC, …");
    sg_buffer_add(&it->out, SG_STR("\noperations:\n"));
}

bool sg_learn_wsdl(struct sg_arena *arena, const struct sg_learn_system *from, struct sg_str *out,
                   struct sg_error *err)
{
    const struct sg_xml_names names = {NAMES, sizeof NAMES / sizeof NAMES[0]};
    struct wsdl it = {
        .arena = arena, .from = from, .file = from->documents[0].name, .out = {.arena = arena}};

    if (!sg_xml_read(arena, from->documents[0].text, names, it.file, &it.root, err))
        return false;
    it.xsd = sg_xsd_new(arena, sg_xsd_first(it.root, "types"));
    if (!find_binding(&it, err) || !read_operations(&it, err))
        return false;
    if (it.space.length == 0)
        return fail(&it,
                    "holds no schema of what its operations send: are its types in another "
                    "file? Put them into this one",
                    err);
    find_action(&it);
    find_unwrap(&it);
    add_head(&it);
    for (size_t o = 0; o < it.count; o++)
        add_operation(&it, &it.at[o]);
    *out = sg_buffer_text(&it.out);
    return true;
}
