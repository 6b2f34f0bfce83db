#include "tree/xml.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "tree/utf8.h"

int LLVMFuzzerInitialize(const int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(const int *argc, char ***argv)
{
    (void)argc, (void)argv;
    sg_xml_init();
    return 0;
}

static struct sg_str written(struct sg_arena *arena, const struct sg_node *node,
                             struct sg_xml_names names)
{
    struct sg_buffer out = {.arena = arena};

    sg_xml_write(&out, node->name, node, names);
    return sg_buffer_text(&out);
}

/* Any bytes: read or INPUT with a place. What is read is written as XML that can be read; from then
 * on nothing changes (at first, two namespaces may fall together). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sg_xml_namespace declared[] = {{{"", 0}, {"u", 1}}, {{"p", 1}, {"v", 1}}};
    const struct sg_xml_names names = {declared, size % 3};
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_node *node = NULL, *again = NULL;
    struct sg_error err;

    if (!sg_xml_read(arena, (struct sg_str){(const char *)data, size}, names, "fuzz", &node,
                     &err)) {
        assert(err.kind == SG_ERROR_INPUT && err.at.line > 0 && node == NULL);
        return 0;
    }
    struct sg_str xml = written(arena, node, names);

    assert(sg_utf8_check(xml, NULL));
    if (!sg_xml_read(arena, xml, names, NULL, &again, &err))
        abort();
    assert(sg_str_equal(written(arena, again, names), xml));
    return 0;
}
