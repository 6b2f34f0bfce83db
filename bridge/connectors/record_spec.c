/* A record: how one is told from another, and which ways it comes. */
#include "connectors/spec.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

/* A rule for the ticket's key, or {link: RULE, wait: D, then: fail | skip}. */
static void compile_key(const struct sg_spec *spec, const struct sg_yaml *yaml,
                        struct sg_record *out)
{
    static const struct sg_str keys[] = {SG_STR_INIT("link"), SG_STR_INIT("wait"),
                                         SG_STR_INIT("then")};
    static const struct sg_str ends[] = {SG_STR_INIT("fail"), SG_STR_INIT("skip")};
    const struct sg_yaml *link = yaml == NULL ? NULL : sg_yaml_find(yaml, "link");
    size_t end = 0;

    if (link == NULL) {
        sg_spec_rule(spec, SG_SPEC_RECORD, yaml, &out->view.key);
        return;
    }
    (void)sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys));
    out->view.is_key_linked = true;
    sg_spec_rule(spec, SG_SPEC_RECORD, link, &out->view.key);
    sg_spec_duration(spec, sg_yaml_find(yaml, "wait"), &out->wait_ms);
    if (sg_spec_choice(spec, sg_yaml_find(yaml, "then"), SG_SPEC_WORDS(ends), &end))
        out->skips_after_wait = end == 1;
}

/* Whether two rules are written alike; files are SG_TREE_DEPTH_MAX deep at most. */
static bool is_same(const struct sg_yaml *one, const struct sg_yaml *other)
{
    const struct sg_yaml *child = one->first, *its = other->first;

    if (one->kind != other->kind || !sg_str_equal(one->text, other->text) ||
        one->count != other->count)
        return false;
    while (child != NULL && sg_str_equal(child->key, its->key) && is_same(child, its)) {
        child = child->next;
        its = its->next;
    }
    return child == NULL;
}

/* What is tied by a link and what gives the key itself are read by one way of naming them. */
static bool is_named_by_key(const struct sg_yaml *id, const struct sg_yaml *key)
{
    const struct sg_yaml *link = key == NULL ? NULL : sg_yaml_find(key, "link");

    return id != NULL && key != NULL && is_same(id, link != NULL ? link : key);
}

static void compile_internal(const struct sg_spec *spec, const struct sg_yaml *yaml,
                             struct sg_record_view *view)
{
    if (yaml == NULL || !sg_yaml_expect(yaml, SG_YAML_LIST, spec->findings))
        return;
    struct sg_str *internal = sg_arena_get(spec->arena, yaml->count, sizeof *internal);

    for (const struct sg_yaml *entry = yaml->first; entry != NULL; entry = entry->next) {
        const struct sg_pointer *pointer = NULL;

        sg_spec_pointer(spec, entry, &pointer);
        if (pointer != NULL)
            internal[view->internal_count++] = sg_pointer_text(pointer);
    }
    view->internal = internal;
}

static void compile_decode(const struct sg_spec *spec, const struct sg_yaml *yaml,
                           struct sg_record *out)
{
    static const struct sg_str kinds[] = {SG_STR_INIT("xml"), SG_STR_INIT("json")};
    size_t kind = 0;

    if (yaml == NULL || !sg_yaml_expect(yaml, SG_YAML_MAP, spec->findings))
        return;
    struct sg_decode_spec *list = sg_arena_get(spec->arena, yaml->count, sizeof *list);

    for (const struct sg_yaml *entry = yaml->first; entry != NULL; entry = entry->next) {
        struct sg_decode_spec *decode = &list[out->decode_count++];

        decode->at = entry->key_at;
        sg_spec_key_pointer(spec, entry, &decode->pointer);
        sg_spec_loosen(spec, &decode->pointer);
        if (sg_spec_choice(spec, entry, SG_SPEC_WORDS(kinds), &kind))
            decode->is_xml = kind == 0;
    }
    out->decodes = list;
}

static void compile_read(const struct sg_spec *spec, const struct sg_yaml *yaml,
                         struct sg_record *out)
{
    static const struct sg_str keys[] = {SG_STR_INIT("request"), SG_STR_INIT("items"),
                                         SG_STR_INIT("reference"), SG_STR_INIT("answers")};
    struct sg_request_spec *request = sg_arena_get(spec->arena, 1, sizeof *request);

    if (yaml == NULL || !sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    sg_request_spec_compile(spec, SG_SPEC_READ, sg_spec_need(spec, yaml, "read", "request"),
                            request);
    sg_spec_source(spec, SG_SPEC_PAGE, sg_spec_need(spec, yaml, "read", "items"), &out->read_items);
    sg_spec_rule(spec, SG_SPEC_RECORD, sg_yaml_find(yaml, "reference"), &out->read_reference);
    sg_answers_spec_compile(spec, sg_yaml_find(yaml, "answers"), &out->read_answers);
    out->read = request;
}

void sg_record_spec_compile(const struct sg_spec *whole, const struct sg_yaml *yaml,
                            struct sg_record *out)
{
    static const struct sg_str keys[] = {
        SG_STR_INIT("id"),        SG_STR_INIT("key"),  SG_STR_INIT("version"),
        SG_STR_INIT("round"),     SG_STR_INIT("own"),  SG_STR_INIT("where"),
        SG_STR_INIT("internal"),  SG_STR_INIT("poll"), SG_STR_INIT("webhook"),
        SG_STR_INIT("subscribe"), SG_STR_INIT("read"), SG_STR_INIT("names"),
        SG_STR_INIT("decode")};
    const char *name = sg_str_c(whole->arena, yaml->key);
    struct sg_record_view *view = &out->view;
    struct sg_spec own = *whole;
    const struct sg_spec *spec = &own;

    *out = (struct sg_record){.name = yaml->key, .at = yaml->key_at, .wait_ms = DAY_MS};
    own.record = out;
    own.reads = &out->reads;
    view->name = yaml->key;
    view->is_loose = spec->system->is_loose;
    (void)sg_spec_check_name(spec, yaml);
    if (!sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    sg_spec_names(spec, sg_yaml_find(yaml, "names"), &view->is_loose);
    sg_spec_rule(spec, SG_SPEC_RECORD, sg_spec_need(spec, yaml, name, "id"), &view->id);
    compile_key(spec, sg_spec_need(spec, yaml, name, "key"), out);
    out->is_named_by_key = is_named_by_key(sg_yaml_find(yaml, "id"), sg_yaml_find(yaml, "key"));
    sg_spec_rule(spec, SG_SPEC_RECORD, sg_yaml_find(yaml, "version"), &view->version);
    sg_spec_rule(spec, SG_SPEC_RECORD, sg_yaml_find(yaml, "round"), &view->round);
    sg_spec_condition(spec, SG_SPEC_RECORD, sg_yaml_find(yaml, "own"), &out->own);
    sg_spec_condition(spec, SG_SPEC_RECORD, sg_yaml_find(yaml, "where"), &out->where);
    compile_internal(spec, sg_yaml_find(yaml, "internal"), view);
    compile_decode(spec, sg_yaml_find(yaml, "decode"), out);
    out->poll = sg_poll_spec_compile(spec, sg_yaml_find(yaml, "poll"));
    out->webhook = sg_webhook_spec_compile(spec, sg_yaml_find(yaml, "webhook"));
    out->subscribe = sg_subscribe_spec_compile(spec, sg_yaml_find(yaml, "subscribe"));
    compile_read(spec, sg_yaml_find(yaml, "read"), out);
    if (sg_yaml_find(yaml, "poll") == NULL && sg_yaml_find(yaml, "webhook") == NULL &&
        sg_yaml_find(yaml, "subscribe") == NULL && sg_yaml_find(yaml, "read") == NULL)
        (void)sg_findings_add(spec->findings, yaml->key_at,
                              "`%s` has none of `poll`, `webhook`, `read`; nor `subscribe`", name);
}
