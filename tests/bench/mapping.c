/*
 * A ticket's way from SAJA's JSON to GAM's SOAP envelope, by the functions that the daemon calls.
 * `mapping FOLDER TICKETS ROUNDS` takes the mappings in FOLDER and the tickets in a file, one a
 * line, and goes over all of them ROUNDS times, each time with one step more. It prints the
 * microseconds of CPU that each step took of a ticket: "parse", "rules" (with the typing of what
 * they give) and "write" (the request, its URL, headers and body), and "all". Without ROUNDS it
 * writes the envelopes, one after the other.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/file.h"
#include "connectors/catalog.h"
#include "cpu.h"
#include "sgbridge/connector.h"
#include "tree/json.h"

enum { TICKETS_MAX_BYTES = 1 << 28 };

/* How far a ticket goes, each step with all before it. */
enum step { PARSE, RULES, WRITE, STEPS };

struct bench {
    const struct sg_mapping *mapping;
    const struct sg_system *saja, *gam;
    const struct sg_operation *operation;
    const struct sg_str *tickets;
    size_t count;
};

static void fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

static const struct sg_node *make_event(struct sg_arena *arena, const struct sg_node *ticket)
{
    const struct sg_node *id = sg_node_find(ticket, SG_STR("service_request_id"));
    struct sg_node *event = sg_node_new(arena, SG_NODE_OBJECT);
    struct sg_buffer reference = {.arena = arena};

    sg_buffer_add(&reference, SG_STR("bench-"));
    sg_buffer_add(&reference, id->text);
    sg_buffer_add(&reference, SG_STR(".1"));
    (void)sg_node_add(event, SG_STR("reference"), sg_node_text(arena, sg_buffer_text(&reference)));
    return event;
}

static struct sg_str write_envelope(const struct bench *bench, struct sg_arena *arena,
                                    const struct sg_node *event, const struct sg_node *input)
{
    const struct sg_operation_call call = {.system = bench->gam,
                                           .op = bench->operation,
                                           .source = bench->saja,
                                           .input = input,
                                           .event = event,
                                           .key = SG_STR("bench")};
    struct sg_rule_run run = {.arena = arena};
    struct sg_request request;
    struct sg_wire wire;
    struct sg_error err;

    if (!sg_operation_build(&call, &run, &request) ||
        !sg_request_render(bench->gam, &request, call.now_ms, arena, &wire, &err))
        fail("a ticket", "no request comes of it");
    return wire.body;
}

/* One ticket as far as `last`; gives the envelope when it gets there. */
static struct sg_str take(const struct bench *bench, struct sg_arena *arena, struct sg_str text,
                          enum step last)
{
    const struct sg_node *ticket = NULL, *event;
    struct sg_mapping_result result;
    struct sg_error err;

    if (!sg_json_read(arena, text, NULL, &ticket, &err))
        fail("a ticket", err.text);
    if (last == PARSE)
        return (struct sg_str){0};
    event = make_event(arena, ticket);
    sg_mapping_run(bench->mapping, arena, ticket, NULL, event, &result);
    if (result.outcome != SG_MAPPED_INPUT)
        fail("a ticket", sg_str_c(arena, result.reason));
    if (last == RULES)
        return (struct sg_str){0};
    return write_envelope(bench, arena, event, result.input);
}

static double take_all_us(const struct bench *bench, enum step last)
{
    struct cost cost = {0};

    cost_begin(&cost);
    for (size_t t = 0; t < bench->count; t++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

        (void)take(bench, arena, bench->tickets[t], last);
    }
    cost_end(&cost);
    return cost.cpu_us;
}

static void measure(const struct bench *bench, long rounds)
{
    double us[STEPS] = {0};
    const double taken = (double)bench->count * (double)rounds;

    for (long r = -1; r < rounds; r++) { /* the first one makes all of it warm */
        for (enum step s = PARSE; s < STEPS; s++) {
            double round_us = take_all_us(bench, s);

            us[s] += r < 0 ? 0 : round_us;
        }
    }
    (void)printf("parse %.3f\nrules %.3f\nwrite %.3f\nall %.3f\n", us[PARSE] / taken,
                 (us[RULES] - us[PARSE]) / taken, (us[WRITE] - us[RULES]) / taken,
                 us[WRITE] / taken);
}

static void show(const struct bench *bench)
{
    for (size_t t = 0; t < bench->count; t++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_str envelope = take(bench, arena, bench->tickets[t], WRITE);

        (void)fwrite(envelope.at, 1, envelope.length, stdout);
    }
}

static void read_tickets(struct sg_arena *arena, const char *path, struct bench *bench)
{
    struct sg_str text, *tickets;
    struct sg_error err;

    if (!sg_file_read(arena, path, TICKETS_MAX_BYTES, &text, &err))
        fail(path, err.text);
    tickets = sg_arena_get(arena, sg_str_count(text, '\n'), sizeof *tickets);
    for (const char *end; text.length > 0 && (end = memchr(text.at, '\n', text.length)) != NULL;) {
        const struct sg_str line = {text.at, (size_t)(end - text.at)};

        tickets[bench->count++] = line;
        text = sg_str_skip(text, line.length + 1);
    }
    bench->tickets = tickets;
}

int main(int argc, char **argv)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct bench bench = {0};

    if (argc != 3 && argc != 4) {
        (void)fputs("usage: mapping FOLDER TICKETS [ROUNDS]\n", stderr);
        return 64;
    }
    struct sg_catalog *catalog =
        sg_catalog_load(argv[1], &(struct sg_secrets){.is_read = false}, false, findings);

    if (catalog == NULL)
        fail(argv[1], "its mappings cannot be compiled");
    bench.mapping = sg_catalog_mapping(catalog, SG_STR("ticket-to-case"));
    bench.saja = sg_catalog_system(catalog, SG_STR("saja"));
    bench.gam = sg_catalog_system(catalog, SG_STR("gam"));
    bench.operation = sg_system_operation(bench.gam, sg_mapping_to_operation(bench.mapping));
    read_tickets(arena, argv[2], &bench);
    if (argc == 3)
        show(&bench);
    else
        measure(&bench, strtol(argv[3], NULL, 10));
    sg_catalog_free(catalog);
    return 0;
}
