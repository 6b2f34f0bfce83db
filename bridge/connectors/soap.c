#include "connectors/soap.h"

#include "base/hash.h"
#include "connectors/auth.h"
#include "tree/xml.h"

enum { SUBCODES_MAX = 8 };

/* --- writing --- */

static void write_envelope(struct sg_buffer *out, const struct sg_system *system)
{
    sg_buffer_add(out, SG_STR("<?xml version=\"1.0\" encoding=\""));
    sg_buffer_add(out, sg_str_of(sg_charset_name(system->charset)));
    sg_buffer_add(out, SG_STR("\"?><soap:Envelope xmlns:soap=\""));
    sg_buffer_add(out, system->is_soap12 ? SG_STR("http://www.w3.org/2003/05/soap-envelope")
                                         : SG_STR("http://schemas.xmlsoap.org/soap/envelope/"));
    sg_buffer_add(out, SG_STR("\">"));
}

static void write_header(struct sg_buffer *out, const struct sg_system *system,
                         const struct sg_node *header, int64_t now_ms)
{
    unsigned char nonce[SG_AUTH_NONCE_BYTES];

    if (sg_node_is_nothing(header) && system->auth != SG_AUTH_WSSE)
        return;
    sg_buffer_add(out, SG_STR("<soap:Header>"));
    if (system->auth == SG_AUTH_WSSE) {
        sg_random(nonce, sizeof nonce);
        sg_auth_write_wsse(out, system, "soap", nonce, now_ms);
    }
    if (!sg_node_is_nothing(header)) {
        for (const struct sg_node *child = header->first; child != NULL; child = child->next)
            sg_xml_write(out, child->name, child, system->names);
    }
    sg_buffer_add(out, SG_STR("</soap:Header>"));
}

void sg_soap_write(struct sg_buffer *out, const struct sg_system *system,
                   const struct sg_soap_message *message, int64_t now_ms)
{
    const struct sg_node empty = {.kind = SG_NODE_TEXT};

    write_envelope(out, system);
    write_header(out, system, message->header, now_ms);
    sg_buffer_add(out, SG_STR("<soap:Body>"));
    sg_xml_write(out, message->element, message->content == NULL ? &empty : message->content,
                 system->names);
    sg_buffer_add(out, SG_STR("</soap:Body></soap:Envelope>"));
}

static void write_detail(struct sg_buffer *out, const struct sg_system *system,
                         const struct sg_soap_fault *fault, const char *name)
{
    const struct sg_node empty = {.kind = SG_NODE_TEXT};

    if (fault->element.length == 0)
        return;
    sg_buffer_add_format(out, "<%s>", name);
    sg_xml_write(out, fault->element, fault->content == NULL ? &empty : fault->content,
                 system->names);
    sg_buffer_add_format(out, "</%s>", name);
}

void sg_soap_write_fault(struct sg_buffer *out, const struct sg_system *system,
                         const struct sg_soap_fault *fault)
{
    write_envelope(out, system);
    if (system->is_soap12) {
        sg_buffer_add(out, SG_STR("<soap:Body><soap:Fault><soap:Code><soap:Value>soap:Sender"
                                  "</soap:Value></soap:Code><soap:Reason><soap:Text "
                                  "xml:lang=\"en\">"));
        sg_xml_write_text(out, fault->text);
        sg_buffer_add(out, SG_STR("</soap:Text></soap:Reason>"));
        write_detail(out, system, fault, "soap:Detail");
    } else {
        sg_buffer_add(out, SG_STR("<soap:Body><soap:Fault><faultcode>soap:Client</faultcode>"
                                  "<faultstring>"));
        sg_xml_write_text(out, fault->text);
        sg_buffer_add(out, SG_STR("</faultstring>"));
        write_detail(out, system, fault, "detail");
    }
    sg_buffer_add(out, SG_STR("</soap:Fault></soap:Body></soap:Envelope>"));
}

struct sg_str sg_soap_content_type(const struct sg_system *system, struct sg_arena *arena,
                                   struct sg_str action)
{
    const char *charset = sg_charset_name(system->charset);

    if (!system->is_soap12)
        return sg_str_format(arena, "text/xml; charset=%s", charset);
    return sg_str_format(arena, "application/soap+xml; charset=%s; action=\"%.*s\"", charset,
                         SG_STR_ARG(action));
}

/* --- reading --- */

/* Without a prefix, declared or as it stands in a code ("s:Client"). */
static struct sg_str local_name(struct sg_str name)
{
    for (size_t i = name.length; i > 0; i--) {
        if (name.at[i - 1] == ':')
            return sg_str_skip(name, i);
    }
    return name;
}

static const struct sg_node *find_local(const struct sg_node *object, const char *name)
{
    if (object == NULL || object->kind != SG_NODE_OBJECT)
        return NULL;
    for (const struct sg_node *child = object->first; child != NULL; child = child->next) {
        if (sg_str_is(local_name(child->name), name))
            return child;
    }
    return NULL;
}

static bool is_element(const struct sg_node *node)
{
    return !sg_str_starts(node->name, "@") && !sg_str_starts(node->name, "#");
}

static const struct sg_node *first_element(const struct sg_node *object)
{
    if (object == NULL || object->kind != SG_NODE_OBJECT)
        return NULL;
    for (const struct sg_node *child = object->first; child != NULL; child = child->next) {
        if (is_element(child))
            return child;
    }
    return NULL;
}

bool sg_soap_open(const struct sg_system *system, struct sg_arena *arena, struct sg_str text,
                  struct sg_soap_body *out, struct sg_error *err)
{
    const struct sg_node *root = NULL;

    *out = (struct sg_soap_body){0};
    if (!sg_xml_read(arena, text, system->names, NULL, &root, err))
        return false;
    const struct sg_node *body = find_local(root, "Body");

    if (!sg_str_is(local_name(root->name), "Envelope") || body == NULL ||
        body->kind == SG_NODE_LIST)
        return sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){0}, "no SOAP envelope");
    out->tree = first_element(body);
    out->is_fault = out->tree != NULL && sg_str_is(local_name(out->tree->name), "Fault");
    return true;
}

bool sg_soap_read(const struct sg_system *system, struct sg_arena *arena, struct sg_str text,
                  struct sg_soap_body *out, struct sg_error *err)
{
    if (!sg_soap_open(system, arena, text, out, err))
        return false;
    if (out->tree == NULL)
        return true;
    for (int deeper = 1; !out->is_fault && deeper < system->unwrap; deeper++) {
        const struct sg_node *inner = first_element(out->tree);

        out->tree = inner == NULL ? sg_node_new(arena, SG_NODE_NULL) : inner;
    }
    return true;
}

/* --- faults --- */

/* A list of one, or of more: the first of it. */
static const struct sg_node *first_of(const struct sg_node *node)
{
    return node != NULL && node->kind == SG_NODE_LIST ? node->first : node;
}

static struct sg_str text_of(const struct sg_node *node)
{
    struct sg_str text = {0};

    (void)(node != NULL && sg_node_as_text(first_of(node), &text));
    return text;
}

/* The codes, from the outermost in, without their prefixes: one in SOAP 1.1. */
static size_t codes_of(const struct sg_node *fault, struct sg_str codes[SUBCODES_MAX])
{
    const struct sg_node *code = find_local(fault, "faultcode");
    size_t count = 0;

    if (code != NULL) {
        codes[0] = local_name(text_of(code));
        return 1;
    }
    for (code = find_local(fault, "Code"); code != NULL && count < SUBCODES_MAX;
         code = find_local(code, "Subcode"))
        codes[count++] = local_name(text_of(find_local(code, "Value")));
    return count;
}

/* The dotted part of `code` from `*start` on, and `*start` moved behind it. */
static struct sg_str next_part(struct sg_str code, size_t *start)
{
    size_t end = *start;

    while (end < code.length && code.at[end] != '.')
        end++;
    struct sg_str part = {code.at + *start, end - *start};

    *start = end + 1;
    return part;
}

enum sg_fault_side sg_soap_fault_side(const struct sg_node *fault)
{
    static const char *const senders[] = {"Client", "Sender", "VersionMismatch", "MustUnderstand",
                                          "DataEncodingUnknown"};
    struct sg_str codes[SUBCODES_MAX];
    size_t start = 0;

    if (codes_of(fault, codes) == 0)
        return SG_FAULT_OTHER;
    struct sg_str first = codes[0].length == 0 ? codes[0] : next_part(codes[0], &start);

    if (sg_str_is(first, "Server") || sg_str_is(first, "Receiver"))
        return SG_FAULT_RECEIVER;
    for (size_t s = 0; s < sizeof senders / sizeof senders[0]; s++) {
        if (sg_str_is(first, senders[s]))
            return SG_FAULT_SENDER;
    }
    return SG_FAULT_OTHER;
}

static bool code_has(struct sg_str code, struct sg_str name)
{
    if (sg_str_equal(code, name))
        return true;
    for (size_t start = 0; start < code.length;) {
        if (sg_str_equal(next_part(code, &start), name))
            return true;
    }
    return false;
}

static bool detail_has(const struct sg_node *detail, struct sg_str name)
{
    if (detail == NULL || detail->kind != SG_NODE_OBJECT)
        return false;
    for (const struct sg_node *child = detail->first; child != NULL; child = child->next) {
        if (is_element(child) &&
            (sg_str_equal(child->name, name) || sg_str_equal(local_name(child->name), name)))
            return true;
    }
    return false;
}

bool sg_soap_fault_is(const struct sg_node *fault, struct sg_str name)
{
    struct sg_str codes[SUBCODES_MAX];
    size_t count = codes_of(fault, codes);

    for (size_t c = 0; c < count; c++) {
        if (code_has(codes[c], name))
            return true;
    }
    return detail_has(find_local(fault, "detail"), name) ||
           detail_has(find_local(fault, "Detail"), name);
}

struct sg_str sg_soap_fault_text(const struct sg_node *fault)
{
    struct sg_str text = text_of(find_local(fault, "faultstring"));

    return text.length > 0 ? text : text_of(find_local(find_local(fault, "Reason"), "Text"));
}
