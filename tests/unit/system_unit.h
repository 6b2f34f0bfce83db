/** What the tests of system files share: how most begin, and what is wrong with one. */
#ifndef SG_TESTS_SYSTEM_UNIT_H
#define SG_TESTS_SYSTEM_UNIT_H

#include "connector_unit.h"
#include "findings_unit.h"

/** What most files begin with: what a row adds starts on line 4. */
#define HEAD "system: s\nurl: ${env:S_URL}\nformat: json\n"
/** With these a file is whole. */
#define OPERATIONS \
    "operations: {create: {request: {post: /t}, input: {/a: {}}, once: idempotent}}\n"

/** The file `text` of the system `s`, whatever is wrong with it. */
static inline const struct sg_system *unit_system_compile(struct sg_arena *arena,
                                                          struct sg_findings *findings,
                                                          const char *text, bool reads_secrets)
{
    const struct sg_secrets secrets = {.is_read = reads_secrets};

    return sg_system_compile(arena, unit_text(arena, text), "mappings/systems/s.yaml",
                             sg_lookups_new(arena), &secrets, findings);
}

/** The errors of one file, without what it is warned of. */
static inline const char *unit_system_errors(struct sg_arena *arena, const char *text,
                                             bool reads_secrets)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_findings *errors SG_AUTO(sg_findings) = sg_findings_new();
    size_t count = 0;

    (void)unit_system_compile(arena, findings, text, reads_secrets);
    const struct sg_finding *all = sg_findings_sorted(findings, &count);

    for (size_t i = 0; i < count; i++)
        if (!all[i].is_warning)
            (void)sg_findings_add(errors, all[i].at, "%.*s", SG_STR_ARG(all[i].text));
    return unit_findings(arena, errors);
}

/** Rows of a file, and its errors. */
static inline void unit_system_check(const char *const (*rows)[2], size_t count)
{
    for (size_t r = 0; r < count; r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

        assert_string_equal(unit_system_errors(arena, rows[r][0], false), rows[r][1]);
    }
}

#endif
