#include <assert.h>
#include <stdint.h>

#include "mapping/input.h"
#include "mapping/rule.h"
#include "tree/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char RECORD[] = "{\"a\":\"x\",\"b\":[1,2,{\"c\":\"\"}],\"d\":{\"@e\":true,\"#text\":"
                             "\"t\"},\"f\":null,\"g\":[{\"u\":1,\"v\":\"w\"},{\"u\":\"2\"}]}";

static const struct sg_node *read_record(struct sg_arena *arena)
{
    const struct sg_node *record = NULL;
    struct sg_error err;

    if (!sg_json_read(arena, sg_str_of(RECORD), NULL, &record, &err))
        assert(record == NULL && "the record is JSON");
    return record;
}

/* What compiles, runs: to a value, or to a problem with a text. */
static void run(struct sg_arena *arena, const struct sg_rule *rule)
{
    struct sg_rule_run run = {.arena = arena};
    const struct sg_node *out = NULL;

    run.scopes.at[SG_SCOPE_HAND] = read_record(arena);
    run.scopes.at[SG_SCOPE_EVENT] = run.scopes.at[SG_SCOPE_HAND];
    if (!sg_rule_run(rule, &run, &out))
        assert(run.ignored.length > 0 || (run.problems != NULL && run.problems->text.length > 0));
}

/* Any YAML as a rule, as a `set` and as an `input`: what is refused is found, at a place. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_sources read = {0};
    const struct sg_rule_context context = {
        .arena = arena,
        .findings = findings,
        .scopes = SG_SCOPE_BIT(SG_SCOPE_HAND) | SG_SCOPE_BIT(SG_SCOPE_LINK) |
                  SG_SCOPE_BIT(SG_SCOPE_EVENT),
        .where = "a mapping",
        .is_mapping = true,
        .read = &read,
    };
    const struct sg_yaml *yaml =
        sg_yaml_read(arena, (struct sg_str){(const char *)data, size}, "fuzz", findings);
    const struct sg_rule *rule = NULL, *set = NULL;
    const struct sg_input *input = NULL;

    if (yaml == NULL || sg_findings_errors(findings) > 0)
        return 0;
    if (sg_rule_compile(&context, yaml, &rule))
        run(arena, rule);
    else
        assert(sg_findings_errors(findings) > 0);
    if (sg_rule_compile_set(&context, yaml, &set))
        run(arena, set);
    if (sg_input_compile(arena, findings, yaml, &input) && set != NULL)
        (void)sg_input_check_set(input, set, (struct sg_place){0}, SG_STR("s.o"), findings);
    return 0;
}
