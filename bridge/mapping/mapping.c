#include "sgbridge/mapping.h"

#include "base/buffer.h"
#include "base/hash.h"
#include "base/suggest.h"
#include "mapping/input.h"
#include "mapping/lookup.h"
#include "mapping/mapping_inner.h"

/* What is at hand while one file is compiled. */
struct compiler {
    struct sg_arena *arena;
    struct sg_findings *findings;
    const struct sg_yaml *root;
    const char *file;
    const struct sg_system_view *systems;
    size_t system_count;
    const struct sg_lookups *lookups;
    struct sg_mapping *mapping;
    const struct sg_system_view *from, *to; /* NULL: not known */
};

/* --- the head --- */

static const struct sg_yaml *find_text(const struct compiler *to, const char *key, const char *form)
{
    const struct sg_yaml *entry = sg_yaml_find(to->root, key);

    if (entry == NULL)
        (void)sg_findings_add(to->findings, to->root->at, "`%s: %s` is missing", key, form);
    else if (sg_yaml_expect(entry, SG_YAML_TEXT, to->findings))
        return entry;
    return NULL;
}

/* "m" of "mappings/m.yaml". */
static struct sg_str stem(const char *file)
{
    const char *slash = strrchr(file, '/');
    struct sg_str name = sg_str_of(slash == NULL ? file : slash + 1);
    size_t ending = strlen(".yaml");

    if (name.length > ending && memcmp(name.at + name.length - ending, ".yaml", ending) == 0)
        name.length -= ending;
    return name;
}

static bool compile_name(const struct compiler *to)
{
    const struct sg_yaml *name = find_text(to, "mapping", "NAME");
    const struct sg_str expected = stem(to->file);

    if (name == NULL)
        return false;
    to->mapping->name = sg_str_copy(to->arena, name->text);
    if (sg_str_equal(name->text, expected))
        return true;
    return sg_findings_add(to->findings, name->at,
                           "`%.*s` is not the file's name; `%.*s` is expected",
                           SG_STR_ARG(name->text), SG_STR_ARG(expected));
}

/* "no SYSTEM `gm`; did you mean `gam`?" */
static bool report_unknown(const struct compiler *to, struct sg_place at, struct sg_str what,
                           struct sg_str wrong, const struct sg_str *words, size_t count)
{
    return sg_findings_add(to->findings, at, "%.*s `%.*s`%s", SG_STR_ARG(what), SG_STR_ARG(wrong),
                           sg_suggest_ending(to->arena, wrong, words, count));
}

static const struct sg_system_view *find_system(const struct compiler *to, struct sg_place at,
                                                struct sg_str name)
{
    struct sg_str *words = sg_arena_get(to->arena, to->system_count, sizeof *words);

    for (size_t i = 0; i < to->system_count; i++) {
        if (sg_str_equal(to->systems[i].name, name))
            return &to->systems[i];
        words[i] = to->systems[i].name;
    }
    (void)report_unknown(to, at, SG_STR("there is no system"), name, words, to->system_count);
    return NULL;
}

/* SYSTEM.THING of `from` and `to`. */
static const struct sg_system_view *compile_end(const struct compiler *to, const char *key,
                                                const char *form, struct sg_str *system,
                                                struct sg_str *thing)
{
    const struct sg_yaml *entry = find_text(to, key, form);
    const char *dot;

    if (entry == NULL)
        return NULL;
    dot = entry->text.length == 0 ? NULL : memchr(entry->text.at, '.', entry->text.length);
    if (dot == NULL) {
        (void)sg_findings_add(to->findings, entry->at, "`%s` is %s, such as %s", key, form,
                              sg_str_is(sg_str_of(key), "from") ? "saja.ticket"
                                                                : "gam.create_case");
        return NULL;
    }
    *system = (struct sg_str){entry->text.at, (size_t)(dot - entry->text.at)};
    *thing = sg_str_copy(to->arena, sg_str_skip(entry->text, system->length + 1));
    *system = sg_str_copy(to->arena, *system);
    return find_system(to, entry->at, *system);
}

static bool compile_from(struct compiler *to)
{
    struct sg_mapping *mapping = to->mapping;

    to->from =
        compile_end(to, "from", "SYSTEM.RECORD", &mapping->from_system, &mapping->from_record);
    if (to->from == NULL)
        return false;

    struct sg_str *words = sg_arena_get(to->arena, to->from->record_count, sizeof *words);
    for (size_t i = 0; i < to->from->record_count; i++) {
        words[i] = to->from->records[i].name;
        if (sg_str_equal(words[i], mapping->from_record))
            mapping->record = &to->from->records[i];
    }
    mapping->source = *to->from;
    return mapping->record != NULL ||
           report_unknown(
               to, sg_yaml_find(to->root, "from")->at,
               sg_str_format(to->arena, "%.*s has no record", SG_STR_ARG(mapping->from_system)),
               mapping->from_record, words, to->from->record_count);
}

static bool compile_to(struct compiler *to)
{
    struct sg_mapping *mapping = to->mapping;

    to->to = compile_end(to, "to", "SYSTEM.OPERATION", &mapping->to_system, &mapping->to_operation);
    if (to->to == NULL)
        return false;

    struct sg_str *words = sg_arena_get(to->arena, to->to->operation_count, sizeof *words);
    for (size_t i = 0; i < to->to->operation_count; i++) {
        words[i] = to->to->operations[i].name;
        if (sg_str_equal(words[i], mapping->to_operation))
            mapping->operation = &to->to->operations[i];
    }
    return mapping->operation != NULL ||
           report_unknown(
               to, sg_yaml_find(to->root, "to")->at,
               sg_str_format(to->arena, "%.*s has no operation", SG_STR_ARG(mapping->to_system)),
               mapping->to_operation, words, to->to->operation_count);
}

/* --- the rules --- */

static bool compile_rules(struct compiler *to)
{
    struct sg_mapping *mapping = to->mapping;
    const struct sg_rule_context context = {
        .arena = to->arena,
        .findings = to->findings,
        .lookups = to->lookups,
        .from_zone = to->from == NULL ? NULL : to->from->zone,
        .to_zone = to->to == NULL ? NULL : to->to->zone,
        .scopes = SG_SCOPE_BIT(SG_SCOPE_HAND) | SG_SCOPE_BIT(SG_SCOPE_LINK) |
                  SG_SCOPE_BIT(SG_SCOPE_EVENT),
        .where = "a mapping",
        .is_loose = mapping->record != NULL && mapping->record->is_loose,
        .is_mapping = true,
        .read = &mapping->sources,
    };
    const struct sg_yaml *when = sg_yaml_find(to->root, "when");
    const struct sg_yaml *set = sg_yaml_find(to->root, "set");
    bool is_right = when == NULL || sg_condition_compile(&context, when, &mapping->when);

    if (set == NULL)
        return sg_findings_add(to->findings, to->root->at,
                               "`set` is missing: what the operation gets");
    if (!sg_rule_compile_set(&context, set, &mapping->set))
        return false;
    if (mapping->operation == NULL)
        return is_right;
    return sg_input_check_set(mapping->operation->input, mapping->set, set->key_at,
                              sg_str_format(to->arena, "%.*s.%.*s", SG_STR_ARG(mapping->to_system),
                                            SG_STR_ARG(mapping->to_operation)),
                              to->findings) &&
           is_right;
}

/* `link:/gm` would be nothing for ever: a link is to one of the systems. */
static bool check_links(const struct compiler *to)
{
    bool is_right = true;

    for (const struct sg_source *s = to->mapping->sources.first; s != NULL; s = s->next) {
        size_t count = 0;
        const struct sg_str *tokens = sg_pointer_tokens(s->pointer, &count);

        if (s->scope == SG_SCOPE_LINK && count > 0)
            is_right &= find_system(to, s->at, tokens[0]) != NULL;
    }
    return is_right;
}

/* --- internal and public --- */

/* The next token at `*i` that is no index, or NULL at the end. */
static const struct sg_str *next_name(const struct sg_str *tokens, size_t count, size_t *i)
{
    size_t index;

    while (*i < count && sg_pointer_is_index(tokens[*i], &index))
        (*i)++;
    return *i < count ? &tokens[(*i)++] : NULL;
}

/* Whether one of the two stands at or inside the other, indices aside; case too, where `a` is loose. */
static bool overlap(const struct sg_pointer *a, const struct sg_pointer *b)
{
    bool (*const is_same)(struct sg_str, struct sg_str) =
        sg_pointer_is_loose(a) ? sg_str_equal_loose : sg_str_equal;
    size_t a_count = 0, b_count = 0, i = 0, j = 0;
    const struct sg_str *a_tokens = sg_pointer_tokens(a, &a_count);
    const struct sg_str *b_tokens = sg_pointer_tokens(b, &b_count);
    const struct sg_str *x, *y;

    do {
        x = next_name(a_tokens, a_count, &i);
        y = next_name(b_tokens, b_count, &j);
    } while (x != NULL && y != NULL && is_same(*x, *y));
    return x == NULL || y == NULL;
}

/* The field of `input` that `target` goes into, or of the entries of a list of it; NULL if none. */
static const struct sg_field *find_field(const struct sg_input *input, struct sg_str target)
{
    size_t count = 0;
    const struct sg_field *fields = sg_input_fields(input, &count);

    for (size_t i = 0; i < count; i++) {
        struct sg_str pointer = sg_pointer_text(fields[i].pointer);

        if (pointer.length > target.length || memcmp(pointer.at, target.at, pointer.length) != 0)
            continue;
        if (pointer.length == target.length)
            return &fields[i];
        if (target.at[pointer.length] != '/')
            continue;
        if (fields[i].is_public || fields[i].of == NULL)
            return &fields[i];
        return find_field(fields[i].of, sg_str_skip(target, pointer.length));
    }
    return NULL;
}

/* Whether a target is public, or holds what is: an object may bring several fields at once. */
static bool is_public(const struct sg_input *input, struct sg_str target)
{
    const struct sg_field *field = find_field(input, target);
    size_t count = 0;
    const struct sg_field *fields = sg_input_fields(input, &count);

    if (field != NULL && field->is_public)
        return true;
    for (size_t i = 0; i < count; i++) {
        struct sg_str pointer = sg_pointer_text(fields[i].pointer);

        if (fields[i].is_public && pointer.length > target.length &&
            memcmp(pointer.at, target.at, target.length) == 0 && pointer.at[target.length] == '/')
            return true;
    }
    return false;
}

static bool check_source(const struct compiler *to, const struct sg_source *source,
                         const struct sg_pointer *internal)
{
    if (!overlap(source->pointer, internal))
        return true;

    struct sg_str read = sg_pointer_text(source->pointer), hidden = sg_pointer_text(internal);
    if (sg_str_equal(read, hidden))
        return sg_findings_add(to->findings, source->at,
                               "%.*s is internal and `%.*s` is public; say `declassify: WHY` or "
                               "take another source",
                               SG_STR_ARG(hidden), SG_STR_ARG(source->target));
    return sg_findings_add(to->findings, source->at,
                           "%.*s brings %.*s, which is internal, and `%.*s` is public; say "
                           "`declassify: WHY` or take another source",
                           SG_STR_ARG(read.length == 0 ? SG_STR("the whole record") : read),
                           SG_STR_ARG(hidden), SG_STR_ARG(source->target));
}

static bool check_internal(const struct compiler *to)
{
    const struct sg_mapping *mapping = to->mapping;
    bool is_right = true;

    for (size_t i = 0; i < mapping->record->internal_count; i++) {
        const struct sg_pointer *internal = NULL;
        struct sg_error err;

        if (!sg_pointer_compile(to->arena, mapping->record->internal[i], (struct sg_place){0},
                                &internal, &err))
            continue; /* the system's file has been refused for it */
        for (const struct sg_source *s = mapping->sources.first; s != NULL; s = s->next) {
            if (s->scope == SG_SCOPE_HAND && s->target.length > 0 && !s->is_declassified &&
                is_public(mapping->operation->input, s->target))
                is_right &= check_source(to, s, internal);
        }
    }
    return is_right;
}

/* --- what is kept for later --- */

/* The list of an `each` counts by what is read of its entries. */
static void gather_reads(const struct compiler *to)
{
    struct sg_mapping *mapping = to->mapping;
    struct sg_str *reads;
    size_t most = 0;

    for (const struct sg_source *s = mapping->sources.first; s != NULL; s = s->next)
        most++;
    reads = sg_arena_get(to->arena, most, sizeof *reads);
    for (const struct sg_source *s = mapping->sources.first; s != NULL; s = s->next) {
        struct sg_str text = sg_pointer_text(s->pointer);
        size_t i = 0;

        if (s->scope != SG_SCOPE_HAND || s->is_walked)
            continue;
        while (i < mapping->read_count && !sg_str_equal(reads[i], text))
            i++;
        if (i == mapping->read_count)
            reads[mapping->read_count++] = text;
    }
    mapping->reads = reads;
}

static void make_hash(const struct compiler *to, struct sg_str text)
{
    struct sg_buffer all = {.arena = to->arena};
    struct sg_sha256 sha = sg_sha256_of(text);

    sg_buffer_add(&all, (struct sg_str){(const char *)sha.bytes, sizeof sha.bytes});
    for (const struct sg_lookup_use *use = to->mapping->sources.lookups; use != NULL;
         use = use->next) {
        sha = sg_sha256_of(sg_lookup_file(use->lookup));
        sg_buffer_add(&all, (struct sg_str){(const char *)sha.bytes, sizeof sha.bytes});
    }
    sha = sg_sha256_of(sg_buffer_text(&all));
    to->mapping->hash = sg_hex(to->arena, (struct sg_str){(const char *)sha.bytes, 8});
}

static void find_key_system(const struct compiler *to)
{
    for (size_t i = 0; i < to->system_count; i++) {
        for (size_t r = 0; r < to->systems[i].record_count; r++) {
            if (to->mapping->key_system.length == 0 && to->systems[i].records[r].key != NULL &&
                !to->systems[i].records[r].is_key_linked)
                to->mapping->key_system = to->systems[i].name;
        }
    }
}

static bool compile_tests(const struct compiler *to)
{
    const struct sg_yaml *tests = sg_yaml_find(to->root, "tests");

    if (tests == NULL)
        return sg_findings_add(to->findings, to->root->at, "a mapping needs at least one test");
    return sg_example_compile(to->arena, tests, to->findings, &to->mapping->examples,
                              &to->mapping->example_count);
}

const struct sg_mapping *sg_mapping_compile(struct sg_arena *arena, struct sg_str text,
                                            const char *name, struct sg_system_views systems,
                                            const struct sg_lookups *lookups,
                                            struct sg_findings *findings)
{
    static const struct sg_str known[] = {SG_STR_INIT("mapping"), SG_STR_INIT("from"),
                                          SG_STR_INIT("to"),      SG_STR_INIT("when"),
                                          SG_STR_INIT("set"),     SG_STR_INIT("tests")};
    const size_t before = sg_findings_errors(findings);
    struct compiler to = {
        .arena = arena,
        .findings = findings,
        .root = sg_yaml_read(arena, text, name, findings),
        .file = name,
        .systems = systems.at,
        .system_count = systems.count,
        .lookups = lookups,
        .mapping = sg_arena_get(arena, 1, sizeof *to.mapping),
    };
    bool is_right;

    if (to.root == NULL || !sg_yaml_expect(to.root, SG_YAML_MAP, findings))
        return NULL;
    is_right = sg_yaml_check_keys(to.root, known, sizeof known / sizeof known[0], findings);
    is_right &= compile_name(&to);
    is_right &= compile_from(&to);
    is_right &= compile_to(&to);
    is_right &= compile_rules(&to);
    is_right &= compile_tests(&to);
    if (to.mapping->record != NULL && to.mapping->operation != NULL)
        is_right &= check_internal(&to);
    is_right &= check_links(&to);
    if (!is_right || sg_findings_errors(findings) > before)
        return NULL;
    gather_reads(&to);
    make_hash(&to, text);
    find_key_system(&to);
    return to.mapping;
}

/* --- asking --- */

struct sg_str sg_mapping_name(const struct sg_mapping *mapping)
{
    return mapping->name;
}

struct sg_str sg_mapping_from_system(const struct sg_mapping *mapping)
{
    return mapping->from_system;
}

struct sg_str sg_mapping_from_record(const struct sg_mapping *mapping)
{
    return mapping->from_record;
}

struct sg_str sg_mapping_to_system(const struct sg_mapping *mapping)
{
    return mapping->to_system;
}

struct sg_str sg_mapping_to_operation(const struct sg_mapping *mapping)
{
    return mapping->to_operation;
}

bool sg_mapping_opens_link(const struct sg_mapping *mapping)
{
    return mapping->operation->opens_link;
}

struct sg_str sg_mapping_key_system(const struct sg_mapping *mapping)
{
    return mapping->key_system;
}

struct sg_str sg_mapping_hash(const struct sg_mapping *mapping)
{
    return mapping->hash;
}

const struct sg_str *sg_mapping_reads(const struct sg_mapping *mapping, size_t *count)
{
    *count = mapping->read_count;
    return mapping->reads;
}

/* --- running --- */

/* A rule that was broken or a table that says IGNORE; what was skipped is no failure. */
static void take_end(const struct sg_rule_run *run, struct sg_mapping_result *result)
{
    if (run->ignored.length > 0) {
        result->outcome = SG_MAPPED_SKIPPED;
        result->reason = run->ignored;
        return;
    }
    result->outcome = SG_MAPPED_FAILED;
    result->reason = run->problems->text;
    result->place = run->problems->at;
    result->pointer = run->problems->target;
    for (const struct sg_problem *p = run->problems; p != NULL; p = p->next)
        result->problems++;
}

void sg_mapping_run(const struct sg_mapping *mapping, struct sg_arena *arena,
                    const struct sg_node *record, const struct sg_node *link,
                    const struct sg_node *event, struct sg_mapping_result *result)
{
    const struct sg_mapping_given given = {record, link, event, NULL};

    sg_mapping_observe(mapping, arena, &given, result);
}

void sg_mapping_observe(const struct sg_mapping *mapping, struct sg_arena *arena,
                        const struct sg_mapping_given *given, struct sg_mapping_result *result)
{
    struct sg_rule_run run = {.arena = arena, .observer = given->observer};
    const struct sg_node *made = NULL;
    struct sg_str unmet = {0};

    run.scopes.at[SG_SCOPE_HAND] = given->record;
    run.scopes.at[SG_SCOPE_LINK] = given->link;
    run.scopes.at[SG_SCOPE_EVENT] = given->event;
    *result = (struct sg_mapping_result){0};
    if (mapping->when != NULL && !sg_condition_holds(mapping->when, &run, &unmet)) {
        if (run.problems != NULL || run.ignored.length > 0) {
            take_end(&run, result);
        } else {
            result->outcome = SG_MAPPED_SKIPPED;
            result->reason = sg_str_format(arena, "when: %.*s", SG_STR_ARG(unmet));
        }
    } else if (!sg_rule_run(mapping->set, &run, &made) ||
               !sg_input_type(mapping->operation->input, mapping->set, made, &run,
                              &result->input)) {
        take_end(&run, result);
    }
    result->new_codes = run.codes;
}
