/** What the tests of files share: all that is said of one, as one text. */
#ifndef SG_TESTS_FINDINGS_UNIT_H
#define SG_TESTS_FINDINGS_UNIT_H

#include "base/buffer.h"
#include "base/findings.h"
#include "unit.h"

/** All of it, a line each: "6:12: text", "6:12: warning: text". */
static inline const char *unit_findings(struct sg_arena *arena, struct sg_findings *findings)
{
    struct sg_buffer out = {.arena = arena};
    size_t count = 0;
    const struct sg_finding *sorted = sg_findings_sorted(findings, &count);

    for (size_t i = 0; i < count; i++)
        sg_buffer_add_format(&out, "%s%d:%d: %s%.*s", i == 0 ? "" : "\n", sorted[i].at.line,
                             sorted[i].at.column, sorted[i].is_warning ? "warning: " : "",
                             SG_STR_ARG(sorted[i].text));
    return sg_buffer_c(&out);
}

#endif
