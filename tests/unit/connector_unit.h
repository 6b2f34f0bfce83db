/** What the tests of connectors share: systems from YAML, and what came out as one text. */
#ifndef SG_TESTS_CONNECTOR_UNIT_H
#define SG_TESTS_CONNECTOR_UNIT_H

#include "base/buffer.h"
#include "base/findings.h"
#include "connectors/secrets.h"
#include "mapping/lookup.h"
#include "sgbridge/connector.h"
#include "tree/json.h"
#include "unit.h"

/** 2026-07-01T04:30:00Z. */
#define UNIT_NOW_MS INT64_C(1782880200000)

/** The system `s` of the file `text`, secrets standing as `${…}`; fails the test where it has errors. */
static inline const struct sg_system *unit_system(struct sg_arena *arena, const char *text)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const struct sg_secrets secrets = {.is_read = false};
    const struct sg_system *system = sg_system_compile(arena, sg_str_of(text), "s.yaml",
                                                       sg_lookups_new(arena), &secrets, findings);

    if (sg_findings_errors(findings) > 0)
        sg_findings_print(findings, stderr);
    assert_int_equal(sg_findings_errors(findings), 0);
    assert_non_null(system);
    return system;
}

/** What stands in `json`; fails the test when it is none. */
static inline const struct sg_node *unit_json(struct sg_arena *arena, const char *json)
{
    const struct sg_node *node = NULL;
    struct sg_error err;

    assert_true(sg_json_read(arena, unit_text(arena, json), NULL, &node, &err));
    return node;
}

/** A whole reply; `header` is "name: value" in lower case, or NULL for none. */
static inline struct sg_reply unit_reply(struct sg_arena *arena, int status, const char *header,
                                         const char *body)
{
    struct sg_reply reply = {
        .kind = SG_REPLY_WHOLE, .status = status, .body = unit_text(arena, body)};

    if (header != NULL) {
        const char *colon = strstr(header, ": ");
        struct sg_header *headers = sg_arena_get(arena, 1, sizeof *headers);

        headers->name = (struct sg_str){header, (size_t)(colon - header)};
        headers->value = sg_str_of(colon + 2);
        reply.headers = headers;
        reply.header_count = 1;
    }
    return reply;
}

static inline const char *unit_outcome(enum sg_outcome outcome)
{
    static const char *const names[] = {"default",   "success",   "none",    "exists",
                                        "temporary", "permanent", "unknown", "login"};
    return names[outcome];
}

#endif
