#include "connectors/system.h"

#include "base/hash.h"
#include "connectors/spec.h"
#include "mapping/zone.h"
#include "tree/json.h"

/* --- secrets inside rules --- */

static bool is_one_of(struct sg_str key, const struct sg_str *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (sg_str_equal(key, words[i]))
            return true;
    return false;
}

static void expand_all(const struct sg_spec *spec, struct sg_yaml *yaml)
{
    if (yaml->kind == SG_YAML_TEXT)
        sg_spec_said(sg_secrets_expand(spec->secrets, spec->arena, yaml->text, yaml->at,
                                       &yaml->text, spec->findings));
    for (struct sg_yaml *entry = yaml->first; entry != NULL; entry = entry->next)
        expand_all(spec, entry); /* YAML is at most SG_TREE_DEPTH_MAX deep */
}

/*
 * Puts secrets in where a rule holds values of its own. Elsewhere `${…}` stays as it stands: as a
 * source it is refused, and shown, and what is shown may be no secret.
 */
static void expand_rules(const struct sg_spec *spec, struct sg_yaml *yaml)
{
    static const struct sg_str values[] = {SG_STR_INIT("const"),     SG_STR_INIT("default"),
                                           SG_STR_INIT("equals"),    SG_STR_INIT("in"),
                                           SG_STR_INIT("separator"), SG_STR_INIT("by")};

    for (struct sg_yaml *entry = yaml->first; entry != NULL; entry = entry->next) {
        if (is_one_of(entry->key, SG_SPEC_WORDS(values)))
            expand_all(spec, entry);
        else if (sg_str_is(entry->key, "text") && entry->kind == SG_YAML_TEXT)
            sg_spec_said(sg_secrets_expand_template(spec->secrets, spec->arena, entry->text,
                                                    entry->at, &entry->text, spec->findings));
        else if (!sg_str_is(entry->key, "tests") && !sg_str_is(entry->key, "input"))
            expand_rules(spec, entry);
    }
}

/* --- what stands at the top --- */

static void compile_name(const struct sg_spec *spec, const struct sg_yaml *yaml, const char *file)
{
    const char *slash = strrchr(file, '/');
    struct sg_str stem = sg_str_of(slash == NULL ? file : slash + 1);

    if (stem.length > 5 && sg_str_is(sg_str_skip(stem, stem.length - 5), ".yaml"))
        stem.length -= 5;
    spec->system->name = stem;
    if (yaml != NULL && !(yaml->kind == SG_YAML_TEXT && sg_str_equal(yaml->text, stem)))
        (void)sg_findings_add(spec->findings, yaml->at, "a system has the name of its file, `%.*s`",
                              SG_STR_ARG(stem));
}

/* Scheme, host, port and path, to which the paths of requests can be added. */
static void compile_url(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    struct sg_str *url = &spec->system->url;

    sg_spec_url(spec, yaml, url);
    while (url->length > 0 && url->at[url->length - 1] == '/')
        url->length--;
    if (sg_str_starts(*url, "http") && !sg_secrets_has_reference(*url) &&
        sg_str_count(*url, '?') + sg_str_count(*url, '#') > 0)
        (void)sg_findings_add(spec->findings, yaml->at,
                              "a url ends with its path; what every query has is for `always`");
}

static void compile_format(struct sg_spec *spec, const struct sg_yaml *yaml)
{
    static const struct sg_str formats[] = {SG_STR_INIT("json"), SG_STR_INIT("soap"),
                                            SG_STR_INIT("xml")};
    size_t format = 0;

    spec->has_format = sg_spec_choice(spec, yaml, SG_SPEC_WORDS(formats), &format);
    if (spec->has_format)
        spec->system->format = (enum sg_format)format; /* `formats` is in the order of the enum */
}

static void compile_namespaces(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    struct sg_xml_namespace *declared;

    if (yaml == NULL || !sg_yaml_expect(yaml, SG_YAML_MAP, spec->findings))
        return;
    declared = sg_arena_get(spec->arena, yaml->count, sizeof *declared);
    for (const struct sg_yaml *entry = yaml->first; entry != NULL; entry = entry->next) {
        struct sg_xml_namespace *one = &declared[spec->system->names.count++];

        one->prefix = entry->key;
        sg_spec_word(spec, entry, &one->uri);
    }
    spec->system->names.declared = declared;
}

static void compile_soap(const struct sg_spec *spec, const struct sg_yaml *root)
{
    static const struct sg_str versions[] = {SG_STR_INIT("1.1"), SG_STR_INIT("1.2")};
    const struct sg_yaml *format = sg_yaml_find(root, "format");
    const struct sg_yaml *soap = sg_yaml_find(root, "soap");
    const struct sg_yaml *action = sg_yaml_find(root, "action");
    const struct sg_yaml *unwrap = sg_yaml_find(root, "unwrap");
    int64_t levels = 1;
    size_t version = 0;

    sg_spec_refuse_without_soap(spec, soap);
    sg_spec_refuse_without_soap(spec, action);
    sg_spec_refuse_without_soap(spec, unwrap);
    if (sg_spec_choice(spec, soap, SG_SPEC_WORDS(versions), &version))
        spec->system->is_soap12 = version == 1;
    sg_spec_word(spec, action, &spec->system->action);
    sg_spec_integer(spec, unwrap, 1, 3, &levels);
    spec->system->unwrap = (int)levels;
    compile_namespaces(spec, sg_yaml_find(root, "namespaces"));
    if (format == NULL || !sg_str_is(format->text, "soap"))
        return;
    if (soap == NULL)
        (void)sg_findings_add(spec->findings, format->key_at,
                              "a SOAP system needs `soap`: \"1.1\" or \"1.2\"");
    if (sg_yaml_find(root, "namespaces") == NULL)
        (void)sg_findings_add(spec->findings, format->key_at, "a SOAP system needs `namespaces`");
}

static void compile_zone(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    const struct sg_place nowhere = {0};
    struct sg_str name = SG_STR("UTC");
    struct sg_error err;

    sg_spec_word(spec, yaml, &name);
    if (sg_zone_open(spec->arena, name, yaml == NULL ? nowhere : yaml->at, &spec->system->zone,
                     &err))
        return;
    (void)sg_findings_add(spec->findings, err.at, "%s", err.text);
    if (!sg_zone_open(spec->arena, SG_STR("UTC"), nowhere, &spec->system->zone, &err))
        (void)sg_findings_add(spec->findings, err.at, "%s", err.text);
}

static void compile_charset(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    static const struct sg_str charsets[] = {SG_STR_INIT("utf-8"), SG_STR_INIT("windows-1256")};
    size_t charset = 0;

    if (sg_spec_choice(spec, yaml, SG_SPEC_WORDS(charsets), &charset) && charset > 0)
        spec->system->charset = sg_charset_open(spec->arena, charsets[charset].at);
}

static void compile_always(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    static const struct sg_str keys[] = {SG_STR_INIT("query"), SG_STR_INIT("headers"),
                                         SG_STR_INIT("set"), SG_STR_INIT("soap_header")};
    struct sg_system *system = spec->system;

    if (yaml == NULL || !sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    sg_spec_refuse_without_soap(spec, sg_yaml_find(yaml, "soap_header"));
    sg_spec_named_rules(spec, SG_SPEC_ALWAYS, sg_yaml_find(yaml, "query"), &system->always_query);
    sg_spec_named_rules(spec, SG_SPEC_ALWAYS, sg_yaml_find(yaml, "headers"),
                        &system->always_headers);
    sg_spec_rule_set(spec, SG_SPEC_ALWAYS, sg_yaml_find(yaml, "set"), &system->always_set);
    sg_spec_rule(spec, SG_SPEC_ALWAYS, sg_yaml_find(yaml, "soap_header"),
                 &system->always_soap_header);
}

/* --- records and operations --- */

static void compile_records(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    struct sg_record *records;

    if (yaml == NULL || !sg_yaml_expect(yaml, SG_YAML_MAP, spec->findings))
        return;
    records = sg_arena_get(spec->arena, yaml->count, sizeof *records);
    for (const struct sg_yaml *entry = yaml->first; entry != NULL; entry = entry->next)
        sg_record_spec_compile(spec, entry, &records[spec->system->record_count++]);
    spec->system->records = records;
}

static void compile_operations(const struct sg_spec *spec, const struct sg_yaml *yaml,
                               const struct sg_yaml *records)
{
    struct sg_operation *operations;

    if (yaml == NULL || !sg_yaml_expect(yaml, SG_YAML_MAP, spec->findings))
        return;
    operations = sg_arena_get(spec->arena, yaml->count, sizeof *operations);
    for (const struct sg_yaml *entry = yaml->first; entry != NULL; entry = entry->next)
        sg_operation_spec_compile(spec, entry, records,
                                  &operations[spec->system->operation_count++]);
    spec->system->operations = operations;
}

/* The given document of a mapping's test, as the system would send it. */
static bool read_document(const void *system, struct sg_arena *arena, struct sg_str text,
                          const struct sg_node **out, struct sg_error *err)
{
    const struct sg_system *of = system;

    if (of->format == SG_FORMAT_JSON)
        return sg_json_read(arena, text, NULL, out, err);
    return sg_xml_read(arena, text, of->names, NULL, out, err);
}

/* Operations whose input is wrong are left out: nothing can be checked against them. */
static void fill_view(const struct sg_spec *spec)
{
    struct sg_system *system = spec->system;
    struct sg_system_view *view = &system->view;
    struct sg_record_view *records =
        sg_arena_get(spec->arena, system->record_count, sizeof *records);
    struct sg_operation_view *operations =
        sg_arena_get(spec->arena, system->operation_count, sizeof *operations);

    *view = (struct sg_system_view){
        .name = system->name,
        .zone = system->zone,
        .records = records,
        .record_count = system->record_count,
        .operations = operations,
        .read_document = read_document,
        .system = system,
    };
    for (size_t i = 0; i < system->record_count; i++)
        records[i] = system->records[i].view;
    for (size_t i = 0; i < system->operation_count; i++) {
        const struct sg_operation *op = &system->operations[i];

        if (op->input != NULL)
            operations[view->operation_count++] =
                (struct sg_operation_view){op->name, op->input, op->link == SG_LINK_OPENS};
    }
}

static bool is_empty(const struct sg_yaml *yaml)
{
    return yaml == NULL || (yaml->kind == SG_YAML_MAP && yaml->count == 0);
}

/* It publishes to Kafka, and that is all that is known of it: it needs no url. */
static bool asks_nothing(const struct sg_yaml *root)
{
    const struct sg_yaml *records = sg_yaml_find(root, "records");
    const struct sg_yaml *record = records == NULL ? NULL : records->first;

    for (; record != NULL; record = record->next) {
        if (sg_yaml_find(record, "subscribe") == NULL || sg_yaml_find(record, "poll") != NULL ||
            sg_yaml_find(record, "read") != NULL)
            return false;
    }
    return !is_empty(records) && is_empty(sg_yaml_find(root, "operations"));
}

static void compile_root(struct sg_spec *spec, const struct sg_yaml *root, const char *name)
{
    static const struct sg_str keys[] = {
        SG_STR_INIT("system"),     SG_STR_INIT("url"),     SG_STR_INIT("format"),
        SG_STR_INIT("soap"),       SG_STR_INIT("auth"),    SG_STR_INIT("action"),
        SG_STR_INIT("namespaces"), SG_STR_INIT("unwrap"),  SG_STR_INIT("zone"),
        SG_STR_INIT("charset"),    SG_STR_INIT("tls"),     SG_STR_INIT("limits"),
        SG_STR_INIT("always"),     SG_STR_INIT("answers"), SG_STR_INIT("records"),
        SG_STR_INIT("operations"), SG_STR_INIT("tests"),   SG_STR_INIT("kafka"),
        SG_STR_INIT("names"),      SG_STR_INIT("login")};
    const struct sg_yaml *records = sg_yaml_find(root, "records");
    const struct sg_yaml *operations = sg_yaml_find(root, "operations");

    (void)sg_spec_map(spec, root, SG_SPEC_WORDS(keys));
    compile_name(spec, sg_spec_need(spec, root, "a system file", "system"), name);
    if (asks_nothing(root))
        compile_url(spec, sg_yaml_find(root, "url"));
    else
        compile_url(spec, sg_spec_need(spec, root, "a system file", "url"));
    compile_format(spec, sg_spec_need(spec, root, "a system file", "format"));
    compile_soap(spec, root);
    sg_spec_names(spec, sg_yaml_find(root, "names"), &spec->system->is_loose);
    compile_zone(spec, sg_yaml_find(root, "zone"));
    compile_charset(spec, sg_yaml_find(root, "charset"));
    sg_auth_spec_compile(spec, sg_yaml_find(root, "auth"));
    sg_tls_spec_compile(spec, sg_yaml_find(root, "tls"));
    sg_limits_spec_compile(spec, sg_yaml_find(root, "limits"));
    sg_login_spec_compile(spec, sg_yaml_find(root, "login"));
    compile_always(spec, sg_yaml_find(root, "always"));
    sg_answers_spec_compile(spec, sg_yaml_find(root, "answers"), &spec->system->answers);
    sg_kafka_spec_compile(spec, sg_yaml_find(root, "kafka"));
    compile_records(spec, records);
    compile_operations(spec, operations, records);
    sg_login_spec_finish(spec);
    if (is_empty(records) && is_empty(operations))
        (void)sg_findings_add(spec->findings, root->at, "a system needs `records` or `operations`");
    sg_tests_spec_check(spec, sg_yaml_find(root, "tests"), root);
}

const struct sg_system *sg_system_compile(struct sg_arena *arena, struct sg_str text,
                                          const char *name, const struct sg_lookups *lookups,
                                          const struct sg_secrets *secrets,
                                          struct sg_findings *findings)
{
    struct sg_system *system = sg_arena_get(arena, 1, sizeof *system);
    struct sg_spec spec = {.arena = arena,
                           .findings = findings,
                           .lookups = lookups,
                           .secrets = secrets,
                           .system = system};
    struct sg_yaml *root = sg_yaml_read(arena, text, name, findings);

    if (root == NULL || !sg_yaml_expect(root, SG_YAML_MAP, findings))
        return NULL;
    const struct sg_sha256 hash = sg_sha256_of(text);
    system->file_hash = sg_hex(arena, (struct sg_str){(const char *)hash.bytes, 8});
    system->tests = sg_yaml_find(root, "tests");
    expand_rules(&spec, root);
    compile_root(&spec, root, name);
    fill_view(&spec);
    return system;
}

const struct sg_operation *sg_system_operation(const struct sg_system *system, struct sg_str name)
{
    for (size_t i = 0; i < system->operation_count; i++)
        if (sg_str_equal(system->operations[i].name, name))
            return &system->operations[i];
    return NULL;
}

const struct sg_record *sg_system_record(const struct sg_system *system, struct sg_str name)
{
    for (size_t i = 0; i < system->record_count; i++)
        if (sg_str_equal(system->records[i].name, name))
            return &system->records[i];
    return NULL;
}
