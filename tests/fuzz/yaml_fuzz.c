#include "tree/yaml.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "tree/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any bytes: a tree or findings, each with its place. Without findings the tree is one that JSON
 * holds and gives back. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const struct sg_str text = {(const char *)data, size};
    const struct sg_yaml *yaml = sg_yaml_read(arena, text, "fuzz", findings);
    struct sg_buffer out = {.arena = arena};
    const struct sg_node *node, *again = NULL;
    struct sg_error err;
    size_t count = 0;
    const struct sg_finding *found = sg_findings_sorted(findings, &count);

    assert(yaml != NULL || count > 0);
    for (size_t f = 0; f < count; f++)
        assert(found[f].at.line > 0 && found[f].at.column > 0 && found[f].text.length > 0);
    if (count > 0)
        return 0;
    node = sg_yaml_to_node(arena, yaml);
    sg_json_write(&out, node);
    if (!sg_json_read(arena, sg_buffer_text(&out), NULL, &again, &err))
        abort();
    assert(sg_node_equal(node, again));
    return 0;
}
