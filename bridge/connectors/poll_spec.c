/* `poll`: how a system is asked what has changed: its pages and its cursor. */
#include "connectors/spec.h"

#include "base/units.h"
#include "mapping/date.h"

enum { PAGE_SIZE = 100, PAGE_SIZE_MAX = 100000, OVERLAP_MS = 10 * 60 * 1000 };

static void compile_pages(const struct sg_spec *spec, const struct sg_yaml *yaml,
                          struct sg_poll_spec *out)
{
    static const struct sg_str keys[] = {SG_STR_INIT("by"), SG_STR_INIT("size"), SG_STR_INIT("at")};
    /* in the order of enum sg_pages, after "none" */
    static const struct sg_str ways[] = {SG_STR_INIT("number"), SG_STR_INIT("offset"),
                                         SG_STR_INIT("row"),    SG_STR_INIT("token"),
                                         SG_STR_INIT("next"),   SG_STR_INIT("cursor")};
    size_t way = 0;

    if (yaml == NULL || !sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    const struct sg_yaml *at = sg_yaml_find(yaml, "at");
    sg_spec_integer(spec, sg_yaml_find(yaml, "size"), 1, PAGE_SIZE_MAX, &out->page_size);
    sg_spec_rule(spec, SG_SPEC_PAGE, at, &out->page_at);
    if (!sg_spec_choice(spec, sg_spec_need(spec, yaml, "pages", "by"), SG_SPEC_WORDS(ways), &way))
        return;
    out->pages = (enum sg_pages)(way + 1);
    const bool needs_at = out->pages == SG_PAGES_TOKEN || out->pages == SG_PAGES_NEXT;
    if (needs_at && at == NULL)
        (void)sg_findings_add(spec->findings, yaml->key_at,
                              "pages by %s need `at`: where the %s stands",
                              out->pages == SG_PAGES_TOKEN ? "token" : "next",
                              out->pages == SG_PAGES_TOKEN ? "token" : "next page's URL");
    if (!needs_at && at != NULL)
        (void)sg_findings_add(spec->findings, at->key_at, "`at` is for pages by token or next");
}

/* The one of `time`, `number`, `token` that is there; NULL, and a finding, for none or more. */
static const struct sg_yaml *find_cursor_rule(const struct sg_spec *spec,
                                              const struct sg_yaml *yaml, struct sg_poll_spec *out)
{
    static const char *const kinds[] = {"time", "number", "token"};
    const struct sg_yaml *rule = NULL;
    size_t found = 0;

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct sg_yaml *entry = sg_yaml_find(yaml, kinds[i]);

        if (entry == NULL)
            continue;
        rule = entry;
        found++;
        out->cursor = (enum sg_cursor_kind)(SG_CURSOR_TIME + (int)i);
    }
    if (found == 1)
        return rule;
    (void)sg_findings_add(spec->findings, yaml->at, "a cursor has one of time, number, token");
    return NULL;
}

static void compile_start(const struct sg_spec *spec, const struct sg_yaml *yaml,
                          struct sg_poll_spec *out)
{
    const bool is_time = out->cursor == SG_CURSOR_TIME;
    const bool is_text = yaml->kind == SG_YAML_TEXT;

    if (is_text && sg_str_is(yaml->text, "all"))
        out->start_kind = SG_START_ALL;
    else if (is_time && is_text && sg_str_is(yaml->text, "now"))
        out->start_kind = SG_START_NOW;
    else if (is_time &&
             (!is_text || !sg_date_parse_iso(yaml->text, spec->system->zone, &out->start)))
        (void)sg_findings_add(spec->findings, yaml->at,
                              "`start` is a time such as 2026-03-21T00:00:00+03:30, now or all");
    else if (!is_time &&
             (yaml->kind != SG_YAML_NUMBER || !sg_units_integer(yaml->text, &out->start)))
        (void)sg_findings_add(spec->findings, yaml->at, "`start` is a whole number, or all");
}

static void compile_cursor(const struct sg_spec *spec, const struct sg_yaml *yaml,
                           struct sg_poll_spec *out)
{
    static const struct sg_str keys[] = {SG_STR_INIT("time"), SG_STR_INIT("number"),
                                         SG_STR_INIT("token"), SG_STR_INIT("start"),
                                         SG_STR_INIT("overlap")};

    if (yaml == NULL || !sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    const struct sg_yaml *rule = find_cursor_rule(spec, yaml, out);
    const struct sg_yaml *start = sg_yaml_find(yaml, "start");
    const struct sg_yaml *overlap = sg_yaml_find(yaml, "overlap");

    if (rule == NULL)
        return;
    sg_spec_rule(spec, SG_SPEC_PAGE, rule, &out->cursor_rule);
    sg_spec_duration(spec, overlap, &out->overlap_ms);
    if (overlap != NULL && out->cursor != SG_CURSOR_TIME)
        (void)sg_findings_add(spec->findings, overlap->key_at, "`overlap` is for a time cursor");
    if (start != NULL && out->cursor == SG_CURSOR_TOKEN)
        (void)sg_findings_add(spec->findings, start->key_at,
                              "a token cursor has no `start`: the system's first token begins");
    else if (start != NULL)
        compile_start(spec, start, out);
    else if (out->cursor != SG_CURSOR_TOKEN)
        (void)sg_findings_add(spec->findings, yaml->key_at,
                              "a %.*s cursor needs `start`: from when on tickets count",
                              SG_STR_ARG(rule->key));
}

static const struct sg_split_spec *compile_split(const struct sg_spec *spec,
                                                 const struct sg_yaml *yaml)
{
    static const struct sg_str keys[] = {SG_STR_INIT("list"), SG_STR_INIT("rest")};
    struct sg_split_spec *out;

    if (yaml == NULL || !sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return NULL;
    const struct sg_yaml *rest = sg_spec_need(spec, yaml, "split", "rest");

    out = sg_arena_get(spec->arena, 1, sizeof *out);
    out->at = yaml->key_at;
    sg_spec_source(spec, SG_SPEC_RECORD, sg_spec_need(spec, yaml, "split", "list"), &out->list);
    sg_spec_pointer(spec, rest, &out->rest);
    sg_spec_loosen(spec, &out->rest);
    if (rest != NULL && rest->kind == SG_YAML_TEXT && rest->text.length == 0)
        (void)sg_findings_add(spec->findings, rest->at,
                              "the rest goes into each element, at a pointer such as /letter");
    return out;
}

const struct sg_poll_spec *sg_poll_spec_compile(const struct sg_spec *spec,
                                                const struct sg_yaml *yaml)
{
    static const struct sg_str keys[] = {
        SG_STR_INIT("every"),  SG_STR_INIT("request"), SG_STR_INIT("items"), SG_STR_INIT("pages"),
        SG_STR_INIT("cursor"), SG_STR_INIT("answers"), SG_STR_INIT("split"), SG_STR_INIT("fetch")};
    struct sg_poll_spec *out;

    if (yaml == NULL || !sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return NULL;
    out = sg_arena_get(spec->arena, 1, sizeof *out);
    out->page_size = PAGE_SIZE;
    out->overlap_ms = OVERLAP_MS;
    sg_spec_period(spec, sg_spec_need(spec, yaml, "poll", "every"), &out->every_ms);
    sg_request_spec_compile(spec, SG_SPEC_POLL, sg_spec_need(spec, yaml, "poll", "request"),
                            &out->request);
    sg_spec_source(spec, SG_SPEC_PAGE, sg_spec_need(spec, yaml, "poll", "items"), &out->items);
    sg_answers_spec_compile(spec, sg_yaml_find(yaml, "answers"), &out->answers);
    compile_pages(spec, sg_yaml_find(yaml, "pages"), out);
    compile_cursor(spec, sg_yaml_find(yaml, "cursor"), out);
    sg_fetch_spec_compile(spec, sg_yaml_find(yaml, "fetch"), out);
    out->split = compile_split(spec, sg_yaml_find(yaml, "split"));
    if (out->pages == SG_PAGES_CURSOR && sg_yaml_find(yaml, "cursor") == NULL)
        (void)sg_findings_add(spec->findings, sg_yaml_find(yaml, "pages")->key_at,
                              "pages by cursor need `cursor`");
    return out;
}
