/* `webhook`: what a system sends by itself. */
#include "connectors/spec.h"

#include "base/buffer.h"

static void compile_hmac(const struct sg_spec *spec, const struct sg_yaml *yaml,
                         struct sg_webhook_spec *out)
{
    static const struct sg_str keys[] = {SG_STR_INIT("hash"),     SG_STR_INIT("header"),
                                         SG_STR_INIT("secret"),   SG_STR_INIT("prefix"),
                                         SG_STR_INIT("encoding"), SG_STR_INIT("timestamp")};
    static const struct sg_str hashes[] = {SG_STR_INIT("sha256"), SG_STR_INIT("sha512"),
                                           SG_STR_INIT("sha1")};
    static const struct sg_str encodings[] = {SG_STR_INIT("hex"), SG_STR_INIT("base64")};
    size_t choice = 0;

    if (!sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    out->auth = SG_WEBHOOK_HMAC;
    if (sg_spec_choice(spec, sg_spec_need(spec, yaml, "hmac", "hash"), SG_SPEC_WORDS(hashes),
                       &choice))
        out->hash = hashes[choice].at;
    sg_spec_word(spec, sg_spec_need(spec, yaml, "hmac", "header"), &out->header);
    sg_spec_secret(spec, sg_spec_need(spec, yaml, "hmac", "secret"), &out->secret);
    sg_spec_word(spec, sg_yaml_find(yaml, "prefix"), &out->prefix);
    if (sg_spec_choice(spec, sg_yaml_find(yaml, "encoding"), SG_SPEC_WORDS(encodings), &choice))
        out->is_base64 = choice == 1;
    sg_spec_word(spec, sg_yaml_find(yaml, "timestamp"), &out->timestamp_header);
    /* names of headers are compared in lower case, which is how requests come in */
    out->header = sg_str_lower(spec->arena, out->header);
    out->timestamp_header = sg_str_lower(spec->arena, out->timestamp_header);
}

static void compile_basic(const struct sg_spec *spec, const struct sg_yaml *yaml,
                          struct sg_webhook_spec *out)
{
    static const struct sg_str keys[] = {SG_STR_INIT("user"), SG_STR_INIT("password")};

    if (!sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    out->auth = SG_WEBHOOK_BASIC;
    sg_spec_text(spec, sg_spec_need(spec, yaml, "basic", "user"), &out->user);
    sg_spec_secret(spec, sg_spec_need(spec, yaml, "basic", "password"), &out->secret);
}

static void compile_header(const struct sg_spec *spec, const struct sg_yaml *yaml,
                           struct sg_webhook_spec *out)
{
    static const struct sg_str keys[] = {SG_STR_INIT("name"), SG_STR_INIT("value")};

    if (!sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    out->auth = SG_WEBHOOK_HEADER;
    sg_spec_word(spec, sg_spec_need(spec, yaml, "header", "name"), &out->header);
    sg_spec_secret(spec, sg_spec_need(spec, yaml, "header", "value"), &out->secret);
    out->header = sg_str_lower(spec->arena, out->header);
}

static void compile_auth(const struct sg_spec *spec, const struct sg_yaml *yaml,
                         struct sg_webhook_spec *out)
{
    static const struct sg_str keys[] = {SG_STR_INIT("hmac"), SG_STR_INIT("basic"),
                                         SG_STR_INIT("header")};

    if (yaml == NULL || (yaml->kind == SG_YAML_TEXT && sg_str_is(yaml->text, "none")) ||
        !sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    if (yaml->count != 1)
        (void)sg_findings_add(spec->findings, yaml->at,
                              "`auth` of a webhook is none, or has one of hmac, basic, header");
    if (sg_yaml_find(yaml, "hmac") != NULL)
        compile_hmac(spec, sg_yaml_find(yaml, "hmac"), out);
    if (sg_yaml_find(yaml, "basic") != NULL)
        compile_basic(spec, sg_yaml_find(yaml, "basic"), out);
    if (sg_yaml_find(yaml, "header") != NULL)
        compile_header(spec, sg_yaml_find(yaml, "header"), out);
}

static void compile_element(const struct sg_spec *spec, const struct sg_yaml *yaml,
                            struct sg_webhook_spec *out)
{
    if (yaml != NULL && !sg_spec_may_speak(spec, SG_FORMAT_XML) &&
        !sg_spec_may_speak(spec, SG_FORMAT_SOAP))
        (void)sg_findings_add(spec->findings, yaml->key_at,
                              "`element` is for XML, and this system speaks JSON");
    sg_spec_word(spec, yaml, &out->element);
}

/* `json`, {xml: ROOT} or {soap: ELEMENT}. */
static void compile_reply_body(const struct sg_spec *spec, const struct sg_yaml *yaml,
                               struct sg_webhook_reply_spec *out)
{
    static const struct sg_str keys[] = {SG_STR_INIT("xml"), SG_STR_INIT("soap")};
    const struct sg_yaml *xml = sg_yaml_find(yaml, "xml"), *soap = sg_yaml_find(yaml, "soap");

    if (yaml->kind == SG_YAML_TEXT && sg_str_is(yaml->text, "json")) {
        out->body = SG_REPLY_JSON;
        return;
    }
    if (yaml->kind != SG_YAML_MAP || yaml->count != 1) {
        (void)sg_findings_add(spec->findings, yaml->at,
                              "one of json, {xml: ROOT}, {soap: ELEMENT} is expected");
        return;
    }
    if (!sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    sg_spec_refuse_without_soap(spec, soap);
    out->body = soap != NULL ? SG_REPLY_SOAP : SG_REPLY_XML;
    sg_spec_element(spec, soap != NULL ? soap : xml, &out->element);
}

static void compile_reply(const struct sg_spec *spec, const struct sg_yaml *yaml,
                          struct sg_webhook_reply_spec *out)
{
    static const struct sg_str keys[] = {SG_STR_INIT("status"), SG_STR_INIT("body"),
                                         SG_STR_INIT("content")};
    const struct sg_yaml *body = sg_yaml_find(yaml, "body");
    const struct sg_yaml *content = sg_yaml_find(yaml, "content");
    int64_t status = 0;

    if (yaml == NULL || !sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    sg_spec_integer(spec, sg_spec_need(spec, yaml, "the reply", "status"), 200, 599, &status);
    out->status = (int)status;
    if (body != NULL)
        compile_reply_body(spec, body, out);
    if (content != NULL && body == NULL)
        (void)sg_findings_add(spec->findings, content->key_at,
                              "`content` without a body; say `body: json`, {xml: ROOT} or "
                              "{soap: ELEMENT}");
    if (body != NULL && content == NULL && out->body == SG_REPLY_JSON)
        (void)sg_findings_add(spec->findings, body->key_at, "`body: json` needs `content`");
    sg_spec_rule(spec, SG_SPEC_REPLY, content, &out->content);
}

const struct sg_webhook_spec *sg_webhook_spec_compile(const struct sg_spec *spec,
                                                      const struct sg_yaml *yaml)
{
    static const struct sg_str keys[] = {SG_STR_INIT("path"),   SG_STR_INIT("auth"),
                                         SG_STR_INIT("items"),  SG_STR_INIT("element"),
                                         SG_STR_INIT("accept"), SG_STR_INIT("refuse")};
    struct sg_webhook_spec *out;

    if (yaml == NULL || !sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return NULL;
    out = sg_arena_get(spec->arena, 1, sizeof *out);
    const struct sg_yaml *path = sg_spec_need(spec, yaml, "webhook", "path");
    sg_spec_word(spec, path, &out->path);
    if (out->path.length > 0 && out->path.at[0] != '/')
        (void)sg_findings_add(spec->findings, path->at, "a path starts with `/`");
    compile_auth(spec, sg_spec_need(spec, yaml, "webhook", "auth"), out);
    compile_element(spec, sg_yaml_find(yaml, "element"), out);
    sg_spec_source(spec, SG_SPEC_RECORD, sg_spec_need(spec, yaml, "webhook", "items"), &out->items);
    compile_reply(spec, sg_yaml_find(yaml, "accept"), &out->accept);
    compile_reply(spec, sg_yaml_find(yaml, "refuse"), &out->refuse);
    return out;
}
