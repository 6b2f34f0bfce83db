#include "base/buffer.h"
#include "mapping/mapping_inner.h"
#include "mapping/reach.h"
#include "tree/json.h"

enum { SHOWN_BYTES_MAX = 40 }; /* of a value in a message */

/* --- compiling --- */

static bool compile_text(const struct sg_yaml *test, const char *key, struct sg_findings *findings,
                         struct sg_str *out)
{
    const struct sg_yaml *text = sg_yaml_find(test, key);

    if (text == NULL)
        return sg_findings_add(findings, test->at, "`%s` is missing", key);
    if (!sg_yaml_expect(text, SG_YAML_TEXT, findings))
        return false;
    *out = text->text;
    return text->text.length > 0 || sg_findings_add(findings, text->at, "`%s` is empty", key);
}

static bool compile_given(struct sg_arena *arena, const struct sg_yaml *test,
                          struct sg_findings *findings, struct sg_example *example)
{
    const struct sg_yaml *given = sg_yaml_find(test, "given");

    if (given == NULL)
        return sg_findings_add(findings, test->at,
                               "`given` is missing: the record that the test is about");
    example->given_at = given->at;
    if (given->kind == SG_YAML_TEXT) {
        example->document = given->text;
        return true;
    }
    example->given = sg_yaml_to_node(arena, given);
    return given->kind == SG_YAML_MAP ||
           sg_findings_add(findings, given->at,
                           "`given` is a tree, or the text of a JSON or XML document");
}

/* A map of single values, such as `link` and `event`. */
static bool compile_scope(struct sg_arena *arena, const struct sg_yaml *test, const char *key,
                          struct sg_findings *findings, const struct sg_node **out)
{
    const struct sg_yaml *scope = sg_yaml_find(test, key);

    if (scope == NULL)
        return true;
    if (!sg_yaml_expect(scope, SG_YAML_MAP, findings))
        return false;
    for (const struct sg_yaml *entry = scope->first; entry != NULL; entry = entry->next) {
        if (entry->kind == SG_YAML_MAP || entry->kind == SG_YAML_LIST)
            return sg_findings_add(findings, entry->at, "a single value is expected");
    }
    *out = sg_yaml_to_node(arena, scope);
    return true;
}

static bool compile_event(struct sg_arena *arena, const struct sg_yaml *test,
                          struct sg_findings *findings, struct sg_example *example)
{
    static const struct sg_str known[] = {SG_STR_INIT("key"),      SG_STR_INIT("id"),
                                          SG_STR_INIT("version"),  SG_STR_INIT("round"),
                                          SG_STR_INIT("captured"), SG_STR_INIT("late")};
    const struct sg_yaml *event = sg_yaml_find(test, "event");

    if (!compile_scope(arena, test, "event", findings, &example->event))
        return false;
    return event == NULL ||
           sg_yaml_check_keys(event, known, sizeof known / sizeof known[0], findings);
}

static bool compile_fails(const struct sg_yaml *fails, struct sg_findings *findings,
                          struct sg_example *example)
{
    static const struct sg_str known[] = {SG_STR_INIT("at"), SG_STR_INIT("why")};
    bool is_right;

    if (fails->kind != SG_YAML_MAP)
        return sg_findings_add(findings, fails->at,
                               "`fails` is {at: TARGET, why: PART OF THE MESSAGE}");
    is_right = sg_yaml_check_keys(fails, known, sizeof known / sizeof known[0], findings);
    is_right &= compile_text(fails, "at", findings, &example->fails_at);
    return compile_text(fails, "why", findings, &example->why) && is_right;
}

static bool compile_end(struct sg_arena *arena, const struct sg_yaml *test,
                        struct sg_findings *findings, struct sg_example *example)
{
    const struct sg_yaml *expect = sg_yaml_find(test, "expect");
    const struct sg_yaml *fails = sg_yaml_find(test, "fails");

    if ((expect != NULL) + (fails != NULL) + (sg_yaml_find(test, "skips") != NULL) != 1)
        return sg_findings_add(findings, test->at, "a test has one of `expect`, `fails`, `skips`");
    if (expect != NULL) {
        example->end = SG_EXAMPLE_EXPECT;
        example->expect = sg_yaml_to_node(arena, expect);
        return sg_yaml_expect(expect, SG_YAML_MAP, findings);
    }
    example->end = fails != NULL ? SG_EXAMPLE_FAILS : SG_EXAMPLE_SKIPS;
    return fails != NULL ? compile_fails(fails, findings, example)
                         : compile_text(test, "skips", findings, &example->why);
}

static bool compile_one(struct sg_arena *arena, const struct sg_yaml *test,
                        struct sg_findings *findings, struct sg_example *example)
{
    static const struct sg_str known[] = {
        SG_STR_INIT("name"),   SG_STR_INIT("given"), SG_STR_INIT("link"),  SG_STR_INIT("event"),
        SG_STR_INIT("expect"), SG_STR_INIT("fails"), SG_STR_INIT("skips"),
    };
    bool is_right;

    if (!sg_yaml_expect(test, SG_YAML_MAP, findings))
        return false;
    example->at = test->at;
    is_right = sg_yaml_check_keys(test, known, sizeof known / sizeof known[0], findings);
    is_right &= compile_text(test, "name", findings, &example->name);
    is_right &= compile_given(arena, test, findings, example);
    is_right &= compile_scope(arena, test, "link", findings, &example->link);
    is_right &= compile_event(arena, test, findings, example);
    return compile_end(arena, test, findings, example) && is_right;
}

bool sg_example_compile(struct sg_arena *arena, const struct sg_yaml *tests,
                        struct sg_findings *findings, const struct sg_example **out, size_t *count)
{
    bool is_right = true;
    size_t i = 0;

    if (!sg_yaml_expect(tests, SG_YAML_LIST, findings))
        return false;
    if (tests->count == 0)
        return sg_findings_add(findings, tests->at, "a mapping needs at least one test");

    struct sg_example *examples = sg_arena_get(arena, tests->count, sizeof *examples);
    for (const struct sg_yaml *test = tests->first; test != NULL; test = test->next)
        is_right &= compile_one(arena, test, findings, &examples[i++]);
    *out = examples;
    *count = i;
    return is_right;
}

/* --- running --- */

/* One test while it runs. */
struct trial {
    struct sg_arena *arena;
    const struct sg_mapping *mapping;
    const struct sg_example *example;
    struct sg_findings *findings;
    const struct sg_node *record;
    struct sg_node *link, *event; /* own copies: what is lacking is added */
    struct sg_mapping_result result;
};

static bool report(const struct trial *trial, struct sg_str text)
{
    return sg_findings_add(trial->findings, trial->example->at, "test \"%.*s\": %.*s",
                           SG_STR_ARG(trial->example->name), SG_STR_ARG(text));
}

static bool read_record(const struct sg_mapping *mapping, const struct sg_example *example,
                        struct sg_arena *arena, const struct sg_node **out, struct sg_error *err)
{
    const struct sg_system_view *source = &mapping->source;

    *out = example->given;
    return *out != NULL ||
           source->read_document(source->system, arena, example->document, out, err);
}

void sg_mapping_each_given(const struct sg_mapping *mapping, struct sg_arena *arena,
                           sg_mapping_given_fn *each, void *owner)
{
    for (size_t i = 0; i < mapping->example_count; i++) {
        const struct sg_node *record = NULL;
        struct sg_error err;

        if (read_record(mapping, &mapping->examples[i], arena, &record, &err))
            each(record, owner);
    }
}

static bool read_given(struct trial *trial)
{
    const struct sg_example *example = trial->example;
    struct sg_error err;

    if (read_record(trial->mapping, example, trial->arena, &trial->record, &err))
        return true;
    return sg_findings_add(trial->findings, example->given_at,
                           "test \"%.*s\": `given` cannot be read: line %d: %s",
                           SG_STR_ARG(example->name), err.at.line, err.text);
}

/* Whether a rule reads `NAME:/MEMBER`, or all of that scope. */
static bool is_asked(const struct sg_mapping *mapping, enum sg_scope scope, const char *member)
{
    for (const struct sg_source *s = mapping->sources.first; s != NULL; s = s->next) {
        struct sg_str text = sg_pointer_text(s->pointer);

        if (s->scope == scope && (text.length <= 1 || sg_str_is(sg_str_skip(text, 1), member)))
            return true;
    }
    return false;
}

static bool has(const struct sg_node *object, const char *member)
{
    return sg_node_find(object, sg_str_of(member)) != NULL;
}

/* What the record's own rule says; a problem of it is the test's. */
static bool ask_record(struct trial *trial, const struct sg_rule *rule, const char *member,
                       struct sg_str *out)
{
    struct sg_rule_run run = {.arena = trial->arena};

    run.scopes.at[SG_SCOPE_HAND] = trial->record;
    if (rule == NULL || sg_rule_run_text(rule, &run, out))
        return true;
    if (trial->example->end == SG_EXAMPLE_SKIPS)
        return true; /* `when` may leave it out before any rule asks */
    return report(trial, sg_str_format(trial->arena, "the record's `%s`: %.*s; give it by `event`",
                                       member, SG_STR_ARG(run.problems->text)));
}

static bool add_asked(struct trial *trial, const struct sg_rule *rule, const char *member)
{
    struct sg_str text = {0};

    if (has(trial->event, member) || !is_asked(trial->mapping, SG_SCOPE_EVENT, member))
        return true;
    if (!ask_record(trial, rule, member, &text))
        return false;
    if (text.length > 0)
        (void)sg_node_add(trial->event, sg_str_of(member), sg_node_text(trial->arena, text));
    return true;
}

/* The ticket's key: of a record that is tied by a link, what is linked in the system of tickets. */
static bool find_key(struct trial *trial, struct sg_str *key)
{
    const struct sg_mapping *mapping = trial->mapping;
    const struct sg_node *linked = sg_node_find(trial->link, mapping->key_system);
    const struct sg_node *given = sg_node_find(trial->event, SG_STR("key"));

    if (given != NULL)
        return sg_node_as_text(given, key);
    if (!mapping->record->is_key_linked)
        return ask_record(trial, mapping->record->key, "key", key);
    return linked == NULL || sg_node_as_text(linked, key);
}

/* `key`, and what is made of it: `reference`, and the link to the system of tickets itself. */
static bool add_key(struct trial *trial)
{
    const struct sg_mapping *mapping = trial->mapping;
    const bool is_reference = is_asked(mapping, SG_SCOPE_EVENT, "reference");
    const char *system = sg_str_c(trial->arena, mapping->key_system);
    const bool is_link =
        system[0] != '\0' && !has(trial->link, system) && is_asked(mapping, SG_SCOPE_LINK, system);
    struct sg_str key = {0}, round = {0};

    if (!is_reference && !is_link && !is_asked(mapping, SG_SCOPE_EVENT, "key"))
        return true;
    if (!find_key(trial, &key))
        return false;
    if (key.length == 0)
        return true; /* the rule that asks for it says so */
    if (!has(trial->event, "key"))
        (void)sg_node_add(trial->event, SG_STR("key"), sg_node_text(trial->arena, key));
    if (is_link)
        (void)sg_node_add(trial->link, mapping->key_system, sg_node_text(trial->arena, key));
    if (is_reference && sg_node_as_text(sg_node_find(trial->event, SG_STR("round")), &round))
        (void)sg_node_add(
            trial->event, SG_STR("reference"),
            sg_node_text(trial->arena, sg_str_format(trial->arena, "test-%.*s.%.*s",
                                                     SG_STR_ARG(key), SG_STR_ARG(round))));
    return true;
}

static struct sg_node *copy_object(struct sg_arena *arena, const struct sg_node *from)
{
    struct sg_node *copy = sg_node_new(arena, SG_NODE_OBJECT);

    for (const struct sg_node *member = from == NULL ? NULL : from->first; member != NULL;
         member = member->next)
        (void)sg_node_add(copy, member->name, sg_node_share(arena, member));
    return copy;
}

static bool prepare(struct trial *trial)
{
    const struct sg_record_view *record = trial->mapping->record;

    trial->link = copy_object(trial->arena, trial->example->link);
    trial->event = copy_object(trial->arena, trial->example->event);
    if (!read_given(trial))
        return false;
    if (!has(trial->event, "round"))
        (void)sg_node_add(trial->event, SG_STR("round"), sg_node_number(trial->arena, 1));
    if (!has(trial->event, "late"))
        (void)sg_node_add(trial->event, SG_STR("late"), sg_node_boolean(trial->arena, false));
    return add_asked(trial, record->id, "id") && add_asked(trial, record->version, "version") &&
           add_key(trial);
}

/* --- judging --- */

/* As JSON, at most SHOWN_BYTES_MAX bytes of it; a character is not cut. */
static struct sg_str show(struct sg_arena *arena, const struct sg_node *node)
{
    struct sg_buffer out = {.arena = arena};

    if (node == NULL)
        return SG_STR("nothing");
    sg_json_write(&out, node);
    if (out.length <= SHOWN_BYTES_MAX)
        return sg_buffer_text(&out);
    out.length = SHOWN_BYTES_MAX;
    while (out.length > 0 && ((unsigned char)out.at[out.length] & 0xC0) == 0x80)
        out.length--;
    sg_buffer_add(&out, SG_STR("…"));
    return sg_buffer_text(&out);
}

/* What came of it, in words: "an input", "skipped: …", "/status: no row …". */
static struct sg_str say_result(const struct trial *trial)
{
    const struct sg_mapping_result *result = &trial->result;

    if (result->outcome == SG_MAPPED_INPUT)
        return SG_STR("got an input");
    if (result->outcome == SG_MAPPED_SKIPPED)
        return sg_str_format(trial->arena, "was skipped: %.*s", SG_STR_ARG(result->reason));
    return sg_str_format(trial->arena, "%d:%d: %.*s%s%.*s%s", result->place.line,
                         result->place.column, SG_STR_ARG(result->pointer),
                         result->pointer.length > 0 ? ": " : "", SG_STR_ARG(result->reason),
                         result->problems > 1 ? ", and more" : "");
}

static bool contains(struct sg_str text, struct sg_str part)
{
    for (size_t i = 0; i + part.length <= text.length; i++) {
        if (memcmp(text.at + i, part.at, part.length) == 0)
            return true;
    }
    return false;
}

static bool judge_expect(const struct trial *trial)
{
    const struct sg_node *expected, *got;
    struct sg_str pointer;

    if (trial->result.outcome != SG_MAPPED_INPUT)
        return report(trial, sg_str_format(trial->arena, "expected an input, but %.*s",
                                           SG_STR_ARG(say_result(trial))));
    if (!sg_node_differ(trial->arena, trial->example->expect, trial->result.input, &pointer,
                        &expected, &got))
        return true;

    struct sg_str wanted = show(trial->arena, expected), given = show(trial->arena, got);
    return report(trial, sg_str_format(trial->arena, "at %.*s: expected %.*s, got %.*s",
                                       SG_STR_ARG(pointer), SG_STR_ARG(wanted), SG_STR_ARG(given)));
}

static bool judge_fails(const struct trial *trial)
{
    const struct sg_example *example = trial->example;
    const struct sg_mapping_result *result = &trial->result;

    if (result->outcome == SG_MAPPED_FAILED && result->problems == 1 &&
        sg_str_equal(result->pointer, example->fails_at) && contains(result->reason, example->why))
        return true;
    return report(trial, sg_str_format(trial->arena,
                                       "expected to fail at %.*s with \"%.*s\" alone, but %.*s",
                                       SG_STR_ARG(example->fails_at), SG_STR_ARG(example->why),
                                       SG_STR_ARG(say_result(trial))));
}

static bool judge_skips(const struct trial *trial)
{
    if (trial->result.outcome == SG_MAPPED_SKIPPED &&
        contains(trial->result.reason, trial->example->why))
        return true;
    return report(trial,
                  sg_str_format(trial->arena, "expected to be skipped by \"%.*s\", but %.*s",
                                SG_STR_ARG(trial->example->why), SG_STR_ARG(say_result(trial))));
}

static bool run_one(struct trial *trial)
{
    static bool (*const judge[])(const struct trial *) = {
        [SG_EXAMPLE_EXPECT] = judge_expect,
        [SG_EXAMPLE_FAILS] = judge_fails,
        [SG_EXAMPLE_SKIPS] = judge_skips,
    };

    if (!prepare(trial))
        return false;
    sg_mapping_run(trial->mapping, trial->arena, trial->record, trial->link, trial->event,
                   &trial->result);
    return judge[trial->example->end](trial);
}

/* --- sources that no test gives --- */

/* A member that is there but empty is given, too: it is spelt right. */
static void note_node(const struct sg_node *node, void *owner)
{
    bool *is_given = owner;

    (void)node;
    *is_given = true;
}

static void note_given(const struct trial *trial, bool *is_given)
{
    const struct sg_node *const roots[SG_SCOPE_COUNT] = {
        [SG_SCOPE_HAND] = trial->record,
        [SG_SCOPE_LINK] = trial->link,
        [SG_SCOPE_EVENT] = trial->event,
    };
    size_t i = 0;

    for (const struct sg_source *s = trial->mapping->sources.first; s != NULL; s = s->next, i++)
        sg_reach(roots[s->scope], s->pointer, note_node, &is_given[i]);
}

static void warn_of_unseen(const struct sg_mapping *mapping, const bool *is_given,
                           struct sg_findings *findings)
{
    size_t i = 0;

    for (const struct sg_source *s = mapping->sources.first; s != NULL; s = s->next, i++) {
        struct sg_str text = sg_pointer_text(s->pointer);
        const char *scope = sg_scope_name(s->scope);

        if (!is_given[i])
            sg_findings_warn(findings, s->at,
                             "no test gives %s%s%.*s; misspelt, it would stay silent for ever",
                             scope, scope[0] == '\0' ? "" : ":", SG_STR_ARG(text));
    }
}

void sg_mapping_run_tests(const struct sg_mapping *mapping, struct sg_findings *findings,
                          size_t *passed, size_t *failed)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    bool are_all_read = true;
    size_t sources = 0;
    bool *is_given;

    for (const struct sg_source *s = mapping->sources.first; s != NULL; s = s->next)
        sources++;
    is_given = sg_arena_get(arena, sources, sizeof *is_given);
    for (size_t i = 0; i < mapping->example_count; i++) {
        struct trial trial = {
            .arena = arena,
            .mapping = mapping,
            .example = &mapping->examples[i],
            .findings = findings,
        };

        if (run_one(&trial))
            (*passed)++;
        else
            (*failed)++;
        are_all_read &= trial.record != NULL;
        note_given(&trial, is_given);
    }
    if (are_all_read)
        warn_of_unseen(mapping, is_given, findings);
}
