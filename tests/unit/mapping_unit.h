/** What the tests of rules, inputs and mappings share: tables, findings and problems as text. */
#ifndef SG_TESTS_MAPPING_UNIT_H
#define SG_TESTS_MAPPING_UNIT_H

#include "findings_unit.h"
#include "mapping/lookup.h"
#include "mapping/rule.h"
#include "mapping/zone.h"
#include "tree/json.h"
#include "tree/yaml.h"
#include "unit.h"

/** `outcomes` (code to text, 9 is IGNOREd) and `departments` (service and district to position). */
static inline const struct sg_lookups *unit_lookups(struct sg_arena *arena,
                                                    struct sg_findings *findings)
{
    struct sg_lookups *lookups = sg_lookups_new(arena);

    assert_true(sg_lookups_add(lookups, "outcomes", "lookups/outcomes.csv",
                               sg_str_of("code,text\n1,done\n2,refused\n9,IGNORE\n"), findings));
    assert_true(sg_lookups_add(lookups, "departments", "lookups/departments.csv",
                               sg_str_of("service,district,position\n012,2,D2-CIVIL\n"
                                         "012,*,CITY-CIVIL\n"),
                               findings));
    return lookups;
}

static inline const struct sg_zone *unit_zone(struct sg_arena *arena)
{
    const struct sg_zone *zone = NULL;
    struct sg_error err;

    assert_true(sg_zone_open(arena, SG_STR("Asia/Tehran"), (struct sg_place){0}, &zone, &err));
    return zone;
}

/** What stands in `json`; fails the test when it is none. */
static inline const struct sg_node *unit_json(struct sg_arena *arena, const char *json)
{
    const struct sg_node *node = NULL;
    struct sg_error err;

    assert_true(sg_json_read(arena, sg_str_of(json), NULL, &node, &err));
    return node;
}

/** All that went wrong in a run, a line each: "1:1: /target: text", or "ignored: IGNORE in …". */
static inline const char *unit_problems(struct sg_arena *arena, const struct sg_rule_run *run)
{
    struct sg_buffer out = {.arena = arena};

    if (run->ignored.length > 0)
        sg_buffer_add_format(&out, "ignored: %.*s", SG_STR_ARG(run->ignored));
    for (const struct sg_problem *p = run->problems; p != NULL; p = p->next)
        sg_buffer_add_format(&out, "%s%d:%d: %.*s%s%.*s", out.length == 0 ? "" : "\n", p->at.line,
                             p->at.column, SG_STR_ARG(p->target), p->target.length > 0 ? ": " : "",
                             SG_STR_ARG(p->text));
    return sg_buffer_c(&out);
}

/** A node as JSON; "nothing" for NULL. */
static inline const char *unit_shown(struct sg_arena *arena, const struct sg_node *node)
{
    struct sg_buffer out = {.arena = arena};

    if (node == NULL)
        return "nothing";
    sg_json_write(&out, node);
    return sg_buffer_c(&out);
}

/** What a mapping's rules may read. */
static inline struct sg_rule_context unit_context(struct sg_arena *arena,
                                                  struct sg_findings *findings)
{
    return (struct sg_rule_context){
        .arena = arena,
        .findings = findings,
        .lookups = unit_lookups(arena, findings),
        .from_zone = unit_zone(arena),
        .to_zone = unit_zone(arena),
        .scopes = SG_SCOPE_BIT(SG_SCOPE_HAND) | SG_SCOPE_BIT(SG_SCOPE_LINK) |
                  SG_SCOPE_BIT(SG_SCOPE_EVENT),
        .where = "a mapping",
        .is_mapping = true,
    };
}

/** A run over `record`, with a link and an event. */
static inline struct sg_rule_run unit_run(struct sg_arena *arena, const char *record)
{
    struct sg_rule_run run = {.arena = arena};

    run.scopes.at[SG_SCOPE_HAND] = unit_json(arena, record);
    run.scopes.at[SG_SCOPE_LINK] = unit_json(arena, "{\"saja\":\"1405-1\"}");
    run.scopes.at[SG_SCOPE_EVENT] = unit_json(arena, "{\"key\":\"1405-1\",\"round\":2}");
    return run;
}

#endif
