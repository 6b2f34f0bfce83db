#include "base/findings.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/buffer.h"

struct sg_findings {
    struct sg_arena *arena;
    struct sg_finding *at;
    size_t count, room, errors;
};

struct sg_findings *sg_findings_new(void)
{
    struct sg_arena *arena = sg_arena_new();
    struct sg_findings *findings = sg_arena_get(arena, 1, sizeof *findings);

    findings->arena = arena;
    return findings;
}

void sg_findings_free(struct sg_findings *findings)
{
    if (findings != NULL)
        sg_arena_free(findings->arena); /* it holds the object itself, too */
}

static void add(struct sg_findings *findings, struct sg_finding finding)
{
    if (findings->count == findings->room) {
        size_t room = findings->room == 0 ? 16 : findings->room * 2;
        struct sg_finding *grown = sg_arena_get(findings->arena, room, sizeof *grown);

        if (findings->count > 0)
            memcpy(grown, findings->at, findings->count * sizeof *grown);
        findings->at = grown;
        findings->room = room;
    }
    if (finding.at.file != NULL) /* copied: findings outlive the files they are of */
        finding.at.file = sg_str_c(findings->arena, sg_str_of(finding.at.file));
    findings->at[findings->count++] = finding;
    findings->errors += !finding.is_warning;
}

__attribute__((format(printf, 2, 0))) static struct sg_str print(struct sg_arena *arena,
                                                                 const char *format, va_list args)
{
    char text[1024];

    (void)vsnprintf(text, sizeof text, format, args); /* too long: cut, which the reader sees */
    return sg_str_copy(arena, sg_str_of(text));
}

bool sg_findings_add(struct sg_findings *findings, struct sg_place at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add(findings, (struct sg_finding){at, false, print(findings->arena, format, args)});
    va_end(args);
    return false;
}

void sg_findings_warn(struct sg_findings *findings, struct sg_place at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add(findings, (struct sg_finding){at, true, print(findings->arena, format, args)});
    va_end(args);
}

size_t sg_findings_errors(const struct sg_findings *findings)
{
    return findings->errors;
}

static int by_place(const void *a, const void *b)
{
    const struct sg_finding *left = *(const struct sg_finding *const *)a;
    const struct sg_finding *right = *(const struct sg_finding *const *)b;
    int order = strcmp(left->at.file == NULL ? "" : left->at.file,
                       right->at.file == NULL ? "" : right->at.file);

    if (order == 0)
        order = left->at.line - right->at.line;
    if (order == 0)
        order = left->at.column - right->at.column;
    if (order == 0)
        order = left < right ? -1 : left > right; /* qsort is not stable; addresses are in order */
    return order;
}

const struct sg_finding *sg_findings_sorted(struct sg_findings *findings, size_t *count)
{
    const size_t n = findings->count;
    const struct sg_finding **order = sg_arena_get(findings->arena, n, sizeof(void *));
    struct sg_finding *sorted = sg_arena_get(findings->arena, n, sizeof *sorted);

    for (size_t i = 0; i < n; i++)
        order[i] = &findings->at[i];
    qsort(order, n, sizeof(void *), by_place);
    for (size_t i = 0; i < n; i++)
        sorted[i] = *order[i];
    *count = n;
    return sorted;
}

struct sg_str sg_finding_text(struct sg_arena *arena, const struct sg_finding *finding)
{
    struct sg_buffer line = {.arena = arena}, *out = &line;
    const struct sg_place at = finding->at;

    if (at.file != NULL)
        sg_buffer_add_format(out, "%s:", at.file);
    if (at.line > 0)
        sg_buffer_add_format(out, "%d:%d:", at.line, at.column);
    sg_buffer_add_format(out, "%s%s%.*s", at.file != NULL ? " " : "",
                         finding->is_warning ? "warning: " : "", SG_STR_ARG(finding->text));
    return sg_buffer_text(out);
}

struct sg_str sg_findings_text(struct sg_arena *arena, struct sg_findings *findings)
{
    struct sg_buffer out = {.arena = arena};
    size_t count = 0;
    const struct sg_finding *sorted = sg_findings_sorted(findings, &count);

    for (size_t i = 0; i < count; i++)
        sg_buffer_add_format(&out, "%.*s\n", SG_STR_ARG(sg_finding_text(arena, &sorted[i])));
    return sg_buffer_text(&out);
}

void sg_findings_print(struct sg_findings *findings, FILE *out)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_str text = sg_findings_text(arena, findings);

    (void)fprintf(out, "%.*s", SG_STR_ARG(text));
}
