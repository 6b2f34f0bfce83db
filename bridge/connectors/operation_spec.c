/* An operation: what may be set, how it is called, and how a repeat of it does no harm. */
#include "connectors/spec.h"

/* What of the file an operation is checked against, and where its own parts stand. */
struct operation_parts {
    const char *name;
    const struct sg_yaml *yaml, *records;
};

static struct sg_str printable(const struct sg_yaml *yaml)
{
    return yaml->kind == SG_YAML_MAP || yaml->kind == SG_YAML_LIST ? SG_STR("…") : yaml->text;
}

/* Of the record that is named, which were compiled before. */
static bool is_loose(const struct sg_spec *spec, struct sg_str record)
{
    const struct sg_record *found = sg_system_record(spec->system, record);

    return found != NULL && found->view.is_loose;
}

static bool has_record(const struct sg_yaml *records, struct sg_str name)
{
    const struct sg_yaml *record = records == NULL ? NULL : records->first;

    while (record != NULL && !sg_str_equal(record->key, name))
        record = record->next;
    return record != NULL;
}

/* `shows: {/RECORD_POINTER: /INPUT_POINTER}` */
static void compile_shows(const struct sg_spec *spec, const struct sg_yaml *yaml,
                          const struct sg_yaml *inputs, const struct sg_input *input,
                          struct sg_gives_spec *out)
{
    if (yaml == NULL || !sg_yaml_expect(yaml, SG_YAML_MAP, spec->findings))
        return;
    out->shows = sg_arena_get(spec->arena, yaml->count, sizeof *out->shows);
    for (const struct sg_yaml *entry = yaml->first; entry != NULL; entry = entry->next) {
        struct sg_shows *shows = &out->shows[out->shows_count];
        const struct sg_pointer *record = NULL;
        struct sg_error err;

        if (!sg_pointer_compile(spec->arena, entry->key, entry->key_at, &record, &err))
            (void)sg_findings_add(spec->findings, err.at, "%s", err.text);
        sg_spec_pointer(spec, entry, &shows->input_pointer);
        if (record == NULL || shows->input_pointer == NULL)
            continue;
        if (input != NULL && sg_input_find(input, entry->text) == NULL)
            (void)sg_findings_add(spec->findings, entry->at, "the input has no `%.*s`%s",
                                  SG_STR_ARG(entry->text),
                                  sg_spec_suggest(spec, entry->text, inputs));
        shows->record_pointer = sg_pointer_text(record);
        out->shows_count++;
    }
}

static void compile_gives(const struct sg_spec *spec, const struct operation_parts *parts,
                          const struct sg_yaml *yaml, const struct sg_input *input,
                          struct sg_gives_spec *out)
{
    static const struct sg_str keys[] = {SG_STR_INIT("id"), SG_STR_INIT("version"),
                                         SG_STR_INIT("record"), SG_STR_INIT("shows")};

    if (yaml == NULL || !sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    const struct sg_yaml *record = sg_yaml_find(yaml, "record");
    const struct sg_yaml *shows = sg_yaml_find(yaml, "shows");

    sg_spec_rule(spec, SG_SPEC_ANSWER, sg_spec_need(spec, yaml, "gives", "id"), &out->id);
    sg_spec_rule(spec, SG_SPEC_ANSWER, sg_yaml_find(yaml, "version"), &out->version);
    sg_spec_word(spec, record, &out->record);
    if (out->record.length > 0 && !has_record(parts->records, out->record))
        (void)sg_findings_add(spec->findings, record->at, "this system has no record `%.*s`%s",
                              SG_STR_ARG(out->record),
                              sg_spec_suggest(spec, out->record, parts->records));
    out->is_loose = is_loose(spec, out->record);
    compile_shows(spec, shows, sg_yaml_find(parts->yaml, "input"), input, out);
    if (shows != NULL && record == NULL)
        (void)sg_findings_add(spec->findings, shows->key_at, "`shows` needs `record`: of which?");
}

static void compile_find(const struct sg_spec *spec, const struct operation_parts *parts,
                         const struct sg_yaml *once, struct sg_operation *out)
{
    static const struct sg_str keys[] = {SG_STR_INIT("request"), SG_STR_INIT("items"),
                                         SG_STR_INIT("where"), SG_STR_INIT("gives"),
                                         SG_STR_INIT("answers")};
    const struct sg_yaml *yaml = sg_yaml_find(once, "find");
    const struct sg_yaml *visible = sg_yaml_find(once, "visible_after");
    struct sg_find_spec *find = sg_arena_get(spec->arena, 1, sizeof *find);

    out->once = SG_ONCE_FIND;
    out->find = find;
    if (visible == NULL)
        (void)sg_findings_add(spec->findings, once->key_at,
                              "`find` without `visible_after`: say how late the target may show "
                              "what was made, such as 1m");
    sg_spec_duration(spec, visible, &find->visible_after_ms);
    if (!sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    sg_request_spec_compile(spec, SG_SPEC_OPERATION, sg_spec_need(spec, yaml, "find", "request"),
                            &find->request);
    sg_spec_source(spec, SG_SPEC_ANSWER, sg_spec_need(spec, yaml, "find", "items"), &find->items);
    sg_spec_condition(spec, SG_SPEC_ANSWER, sg_yaml_find(yaml, "where"), &find->where);
    compile_gives(spec, parts, sg_spec_need(spec, yaml, "find", "gives"), out->input, &find->gives);
    sg_answers_spec_compile(spec, sg_yaml_find(yaml, "answers"), &find->answers);
}

static void compile_field(const struct sg_spec *spec, const struct operation_parts *parts,
                          const struct sg_yaml *yaml, struct sg_operation *out)
{
    out->once = SG_ONCE_FIELD;
    sg_spec_pointer(spec, yaml, &out->once_field);
    if (out->once_field == NULL || out->input == NULL)
        return;
    const struct sg_field *field = sg_input_find(out->input, yaml->text);
    if (field == NULL || !field->is_required)
        (void)sg_findings_add(spec->findings, yaml->at,
                              "`%.*s` is no required input of `%s`, and repeats are told by it",
                              SG_STR_ARG(yaml->text), parts->name);
}

/* `{header: NAME}`, `{field: POINTER}` or `{find: …}`. */
static void compile_once_map(const struct sg_spec *spec, const struct operation_parts *parts,
                             const struct sg_yaml *once, struct sg_operation *out)
{
    static const struct sg_str keys[] = {SG_STR_INIT("header"), SG_STR_INIT("field"),
                                         SG_STR_INIT("kept"), SG_STR_INIT("find"),
                                         SG_STR_INIT("visible_after")};
    const struct sg_yaml *header = sg_yaml_find(once, "header");
    const struct sg_yaml *field = sg_yaml_find(once, "field");
    const struct sg_yaml *kept = sg_yaml_find(once, "kept");
    const struct sg_yaml *find = sg_yaml_find(once, "find");
    const struct sg_yaml *visible = sg_yaml_find(once, "visible_after");

    (void)sg_spec_map(spec, once, SG_SPEC_WORDS(keys));
    if ((header != NULL) + (field != NULL) + (find != NULL) != 1)
        (void)sg_findings_add(spec->findings, once->at, "`once` has one of header, field, find");
    if (kept != NULL && find != NULL)
        (void)sg_findings_add(spec->findings, kept->key_at, "`kept` is for header and field");
    if (visible != NULL && find == NULL)
        (void)sg_findings_add(spec->findings, visible->key_at, "`visible_after` is for find");
    sg_spec_duration(spec, kept, &out->kept_ms);
    if (header != NULL)
        sg_spec_word(spec, header, &out->once_header);
    if (field != NULL)
        compile_field(spec, parts, field, out);
    if (find != NULL)
        compile_find(spec, parts, once, out);
}

static void compile_once(const struct sg_spec *spec, const struct operation_parts *parts,
                         struct sg_operation *out)
{
    const struct sg_yaml *once = sg_yaml_find(parts->yaml, "once");

    if (once == NULL)
        (void)sg_findings_add(spec->findings, parts->yaml->key_at,
                              "`%s` says nothing of repeats; give `once` (header, field, "
                              "idempotent, find, ask or resend)",
                              parts->name);
    else if (once->kind == SG_YAML_MAP)
        compile_once_map(spec, parts, once, out);
    else if (sg_str_is(once->text, "idempotent"))
        out->once = SG_ONCE_IDEMPOTENT;
    else if (sg_str_is(once->text, "ask"))
        out->once = SG_ONCE_ASK;
    else if (sg_str_is(once->text, "resend"))
        out->once = SG_ONCE_RESEND;
    else
        (void)sg_findings_add(spec->findings, once->at,
                              "`%.*s` tells no repeats; one of header, field, idempotent, find, "
                              "ask, resend",
                              SG_STR_ARG(printable(once)));
}

/* `exists` is a success whose id must be fetched, by `find`. */
static void check_exists(const struct sg_spec *spec, const struct operation_parts *parts,
                         const struct sg_operation *op)
{
    const struct sg_yaml *answers = sg_yaml_find(parts->yaml, "answers");
    const struct sg_answer_rule *answer = spec->system->answers;

    if (op->link != SG_LINK_OPENS || op->once == SG_ONCE_FIND)
        return;
    for (const struct sg_yaml *own = answers == NULL ? NULL : answers->first; own != NULL;
         own = own->next) {
        const struct sg_yaml *is = sg_yaml_find(own, "is");

        if (is != NULL && sg_str_is(is->text, "exists"))
            (void)sg_findings_add(spec->findings, is->at,
                                  "`%s` opens a link, so `exists` needs `once: {find: …}`, which "
                                  "fetches the id",
                                  parts->name);
    }
    while (answer != NULL && answer->is != SG_OUTCOME_EXISTS)
        answer = answer->next;
    if (answer != NULL)
        (void)sg_findings_add(spec->findings, parts->yaml->key_at,
                              "`%s` opens a link, and the system's answers say `exists`; that "
                              "needs `once: {find: …}`, which fetches the id",
                              parts->name);
}

static void compile_link(const struct sg_spec *spec, const struct operation_parts *parts,
                         struct sg_operation *out)
{
    /* in the order of enum sg_link_use */
    static const struct sg_str uses[] = {SG_STR_INIT("needs"), SG_STR_INIT("opens"),
                                         SG_STR_INIT("ignores")};
    const struct sg_yaml *gives = sg_yaml_find(parts->yaml, "gives");
    size_t use = 0;

    if (sg_spec_choice(spec, sg_yaml_find(parts->yaml, "link"), SG_SPEC_WORDS(uses), &use))
        out->link = (enum sg_link_use)use;
    if (out->link == SG_LINK_OPENS && (gives == NULL || sg_yaml_find(gives, "id") == NULL))
        (void)sg_findings_add(spec->findings, parts->yaml->key_at,
                              "`%s` opens a link, so `gives: {id: …}` is needed", parts->name);
}

void sg_operation_spec_compile(const struct sg_spec *spec, const struct sg_yaml *yaml,
                               const struct sg_yaml *records, struct sg_operation *out)
{
    static const struct sg_str keys[] = {
        SG_STR_INIT("link"),  SG_STR_INIT("request"), SG_STR_INIT("input"),    SG_STR_INIT("once"),
        SG_STR_INIT("gives"), SG_STR_INIT("answers"), SG_STR_INIT("unchanged")};
    static const struct sg_str ways[] = {SG_STR_INIT("send"), SG_STR_INIT("skip")};
    const struct operation_parts parts = {sg_str_c(spec->arena, yaml->key), yaml, records};
    size_t unchanged = 0;

    *out = (struct sg_operation){.name = yaml->key, .at = yaml->key_at};
    (void)sg_spec_check_name(spec, yaml);
    if (!sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    const struct sg_yaml *input = sg_spec_need(spec, yaml, parts.name, "input");
    if (input != NULL)
        sg_spec_said(sg_input_compile(spec->arena, spec->findings, input, &out->input));
    sg_request_spec_compile(spec, SG_SPEC_OPERATION,
                            sg_spec_need(spec, yaml, parts.name, "request"), &out->request);
    compile_link(spec, &parts, out);
    compile_once(spec, &parts, out);
    compile_gives(spec, &parts, sg_yaml_find(yaml, "gives"), out->input, &out->gives);
    sg_answers_spec_compile(spec, sg_yaml_find(yaml, "answers"), &out->answers);
    check_exists(spec, &parts, out);
    if (sg_spec_choice(spec, sg_yaml_find(yaml, "unchanged"), SG_SPEC_WORDS(ways), &unchanged))
        out->skips_unchanged = unchanged == 1;
}
