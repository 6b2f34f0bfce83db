/* A request as a system file describes it: method and path, or SOAP element; query, headers, body. */
#include "connectors/spec.h"

static const struct sg_str METHODS[] = {SG_STR_INIT("get"), SG_STR_INIT("post"), SG_STR_INIT("put"),
                                        SG_STR_INIT("patch"), SG_STR_INIT("delete")};
enum { METHOD_COUNT = sizeof METHODS / sizeof METHODS[0] };

/* The one entry that says what is called: a method's, or that of `soap`; NULL for none or two. */
static const struct sg_yaml *find_call(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    const struct sg_yaml *call = sg_yaml_find(yaml, "soap");
    size_t found = call != NULL;

    for (const struct sg_yaml *entry = yaml->first; entry != NULL; entry = entry->next)
        for (size_t i = 0; i < METHOD_COUNT; i++)
            if (sg_str_equal(entry->key, METHODS[i])) {
                call = entry;
                found++;
            }
    if (found == 1)
        return call;
    (void)sg_findings_add(spec->findings, yaml->at,
                          "a request has one of get, post, put, patch, delete, soap");
    return NULL;
}

static void compile_soap(const struct sg_spec *spec, enum sg_spec_place place,
                         const struct sg_yaml *yaml, struct sg_request_spec *out)
{
    const struct sg_yaml *call = sg_yaml_find(yaml, "soap");
    const struct sg_yaml *action = sg_yaml_find(yaml, "action");
    const struct sg_yaml *body = sg_yaml_find(yaml, "body");

    sg_spec_refuse_without_soap(spec, call);
    out->method = SG_METHOD_POST;
    out->body = SG_BODY_SOAP;
    sg_spec_element(spec, call, &out->element);
    if (action != NULL)
        sg_spec_word(spec, action, &out->action);
    else
        out->action = sg_str_format(spec->arena, "%.*s%.*s", SG_STR_ARG(spec->system->action),
                                    SG_STR_ARG(out->element));
    sg_spec_path(spec, place, sg_yaml_find(yaml, "path"), &out->path);
    sg_spec_rule(spec, place, sg_yaml_find(yaml, "soap_header"), &out->soap_header);
    if (body != NULL)
        (void)sg_findings_add(spec->findings, body->key_at,
                              "a SOAP request has no `body`; its content stands in the element");
}

static enum sg_body default_body(const struct sg_spec *spec, enum sg_method method)
{
    const bool has_body =
        method == SG_METHOD_POST || method == SG_METHOD_PUT || method == SG_METHOD_PATCH;

    return has_body && sg_spec_may_speak(spec, SG_FORMAT_JSON) ? SG_BODY_JSON : SG_BODY_NONE;
}

static void compile_body(const struct sg_spec *spec, const struct sg_yaml *yaml,
                         struct sg_request_spec *out)
{
    static const struct sg_str keys[] = {SG_STR_INIT("xml")};
    static const struct sg_str bodies[] = {SG_STR_INIT("json"), SG_STR_INIT("form"),
                                           SG_STR_INIT("multipart")};
    static const enum sg_body kinds[] = {SG_BODY_JSON, SG_BODY_FORM, SG_BODY_MULTIPART};
    size_t body = 0;

    if (yaml->kind == SG_YAML_MAP && sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys))) {
        out->body = SG_BODY_XML;
        sg_spec_element(spec, sg_spec_need(spec, yaml, "body", "xml"), &out->element);
    } else if (sg_spec_choice(spec, yaml, SG_SPEC_WORDS(bodies), &body)) {
        out->body = kinds[body];
    }
}

static void refuse_outside_soap(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    static const char *const keys[] = {"action", "path", "soap_header"};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const struct sg_yaml *entry = sg_yaml_find(yaml, keys[i]);

        if (entry != NULL)
            (void)sg_findings_add(spec->findings, entry->key_at,
                                  "`%s` is for a request with `soap`", keys[i]);
    }
}

static void compile_plain(const struct sg_spec *spec, enum sg_spec_place place,
                          const struct sg_yaml *yaml, const struct sg_yaml *call,
                          struct sg_request_spec *out)
{
    const struct sg_yaml *body = sg_yaml_find(yaml, "body");
    const struct sg_yaml *content = sg_yaml_find(yaml, "content");

    for (size_t i = 0; i < METHOD_COUNT; i++)
        if (sg_str_equal(call->key, METHODS[i]))
            out->method = (enum sg_method)i; /* METHODS is in the order of the enum */
    sg_spec_path(spec, place, call, &out->path);
    out->body = default_body(spec, out->method);
    if (body != NULL)
        compile_body(spec, body, out);
    else if (content != NULL && out->body == SG_BODY_NONE)
        (void)sg_findings_add(
            spec->findings, content->key_at,
            "`content` without a body; say `body: json`, `body: form`, `body: multipart` or "
            "`body: {xml: ROOT}`");
    refuse_outside_soap(spec, yaml);
}

void sg_request_spec_compile(const struct sg_spec *spec, enum sg_spec_place place,
                             const struct sg_yaml *yaml, struct sg_request_spec *out)
{
    static const struct sg_str keys[] = {
        SG_STR_INIT("get"),        SG_STR_INIT("post"),    SG_STR_INIT("put"),
        SG_STR_INIT("patch"),      SG_STR_INIT("delete"),  SG_STR_INIT("soap"),
        SG_STR_INIT("query"),      SG_STR_INIT("headers"), SG_STR_INIT("body"),
        SG_STR_INIT("action"),     SG_STR_INIT("content"), SG_STR_INIT("path"),
        SG_STR_INIT("soap_header")};

    if (yaml == NULL || !sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    out->at = yaml->at;
    const struct sg_yaml *call = find_call(spec, yaml);
    if (call != NULL && sg_str_is(call->key, "soap"))
        compile_soap(spec, place, yaml, out);
    else if (call != NULL)
        compile_plain(spec, place, yaml, call, out);
    sg_spec_named_rules(spec, place, sg_yaml_find(yaml, "query"), &out->query);
    sg_spec_named_rules(spec, place, sg_yaml_find(yaml, "headers"), &out->headers);
    sg_spec_rule(spec, place, sg_yaml_find(yaml, "content"), &out->content);
}
