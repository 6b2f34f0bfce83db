/** The setting `department`: where each record names the department that it is about. */
#ifndef SG_SERVICE_DEPARTMENT_SETTINGS_H
#define SG_SERVICE_DEPARTMENT_SETTINGS_H

#include "base/arena.h"
#include "base/findings.h"
#include "base/str.h"
#include "tree/yaml.h"

/**
 * Reads `{saja.ticket: /agency_responsible}`, a JSON Pointer into each record, and gives it as the
 * journal's view asks for it (sg_failed_filter.departments); "" for none. On the way to it digits
 * are an index, and a list of one needs one as well. False after telling what is wrong.
 */
SG_MUST_USE bool sg_departments_read(struct sg_arena *arena, const struct sg_yaml *value,
                                     struct sg_findings *findings, struct sg_str *out);

#endif
