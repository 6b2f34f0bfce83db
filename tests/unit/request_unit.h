/** What the tests of requests share: one is built and written, and shown as one text. */
#ifndef SG_TESTS_REQUEST_UNIT_H
#define SG_TESTS_REQUEST_UNIT_H

#include "connector_unit.h"

/** The wire as one text: "METHOD url\nname: value\n…\n\nbody". */
static inline const char *unit_shown(struct sg_arena *arena, const struct sg_wire *wire)
{
    struct sg_buffer out = {.arena = arena};

    sg_buffer_add_format(&out, "%s %.*s\n", wire->method, SG_STR_ARG(wire->url));
    for (size_t h = 0; h < wire->header_count; h++)
        sg_buffer_add_format(&out, "%.*s: %.*s\n", SG_STR_ARG(wire->headers[h].name),
                             SG_STR_ARG(wire->headers[h].value));
    if (wire->has_body)
        sg_buffer_add_format(&out, "\n%.*s", SG_STR_ARG(wire->body));
    return sg_buffer_c(&out);
}

/** The request of an operation of `system` for `input`, JSON; problems stand in `run`. */
static inline bool unit_build_in(struct sg_rule_run *run, const struct sg_system *system,
                                 const char *operation, const char *input,
                                 struct sg_request *request)
{
    const struct sg_operation_call call = {
        .system = system,
        .op = sg_system_operation(system, sg_str_of(operation)),
        .source = system,
        .input = unit_json(run->arena, input),
        .event = unit_json(run->arena, "{\"key\":\"1405-1\"}"),
        .key = SG_STR("k1"),
        .now_ms = UNIT_NOW_MS,
    };

    assert_non_null(call.op);
    return sg_operation_build(&call, run, request);
}

/** The same, where nobody asks what is wrong. */
static inline bool unit_build(struct sg_arena *arena, const struct sg_system *system,
                              const char *operation, const char *input, struct sg_request *request)
{
    struct sg_rule_run run = {.arena = arena};

    return unit_build_in(&run, system, operation, input, request);
}

/** As it goes out; fails the test when it cannot. */
static inline struct sg_wire unit_render(struct sg_arena *arena, const struct sg_system *system,
                                         const struct sg_request *request)
{
    struct sg_wire wire;
    struct sg_error err;

    if (!sg_request_render(system, request, UNIT_NOW_MS, arena, &wire, &err))
        fail_msg("%s", err.text);
    return wire;
}

#endif
