#include <assert.h>
#include <stdint.h>

#include "base/findings.h"
#include "connectors/item.h"
#include "connectors/secrets.h"
#include "mapping/lookup.h"
#include "tree/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char FILE_TEXT[] =
    "system: s\nurl: http://127.0.0.1:1\nformat: json\nrecords:\n"
    "  a:\n    id: /id\n    key: /of/id\n    version: /x\n    decode: {\"\": json, /x: xml, /l/x: json}\n"
    "    poll:\n      every: 1s\n      request: {get: /t}\n      items: \"\"\n"
    "      split: {list: /l, rest: /of}\n"
    "  b:\n    id: /x\n    key: /id\n    decode: {\"\": xml, /x: json}\n"
    "    webhook: {path: /h, auth: none, items: \"\"}\n";

/* Any text as an item that is decoded and split: what comes of it can be kept and read again, or the
 * item is kept as it came, once. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const struct sg_system *system =
        sg_system_compile(arena, sg_str_of(FILE_TEXT), "s.yaml", sg_lookups_new(arena),
                          &(struct sg_secrets){.is_read = false}, findings);
    struct sg_events events = {.arena = arena};
    size_t failed = 0;

    if (size < 1)
        return 0;
    const struct sg_record_reader reader = {
        .system = system, .record = &system->records[data[0] & 1], .max_bytes = 1 << 20};
    const struct sg_node *item =
        sg_node_text(arena, (struct sg_str){(const char *)data + 1, size - 1});

    sg_item_take(&reader, item, 1782880200000, &events);
    for (size_t e = 0; e < events.count; e++) {
        const struct sg_node *again = NULL;
        struct sg_error err;

        failed += events.at[e].problem.length > 0 && events.at[e].body.length > 0;
        if (events.at[e].problem.length == 0)
            assert(sg_json_read(arena, events.at[e].body, NULL, &again, &err));
    }
    assert(failed <= 1);
    return 0;
}
