/** All that is wrong with a set of files, gathered so that one run reports everything. */
#ifndef SG_BASE_FINDINGS_H
#define SG_BASE_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/scope.h"
#include "base/str.h"

struct sg_findings;

struct sg_finding {
    struct sg_place at;
    bool is_warning;
    struct sg_str text;
};

SG_MUST_USE struct sg_findings *sg_findings_new(void);
void sg_findings_free(struct sg_findings *findings);
SG_AUTO_FREE(sg_findings)

/** Adds an error and gives false, so that failing is one line. Text and file name are copied. */
bool sg_findings_add(struct sg_findings *findings, struct sg_place at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Adds what a person should look at, and that is no error. */
void sg_findings_warn(struct sg_findings *findings, struct sg_place at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** How many errors (no warnings) there are: compare before and after to know if a step failed. */
size_t sg_findings_errors(const struct sg_findings *findings);

/** All, sorted by file, line and column, those of one place in the order they were added. */
const struct sg_finding *sg_findings_sorted(struct sg_findings *findings, size_t *count);

/** `FILE:LINE:COLUMN: text`, or `FILE:LINE:COLUMN: warning: text`, without a line end. */
struct sg_str sg_finding_text(struct sg_arena *arena, const struct sg_finding *finding);

/** One line each, in the arena: all of them, sorted. */
struct sg_str sg_findings_text(struct sg_arena *arena, struct sg_findings *findings);

/** The same on a stream. */
void sg_findings_print(struct sg_findings *findings, FILE *out);

#endif
