#include "learn/learn.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/findings.h"
#include "tree/utf8.h"
#include "tree/xml.h"
#include "tree/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any bytes as what was captured, or as a WSDL: an error, or a file that YAML reads without one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool is_ready = false;

    if (!is_ready)
        sg_xml_init();
    is_ready = true;
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const struct sg_learn_document document = {"fuzz", {(const char *)data, size}};
    const struct sg_learn_system from = {
        .system = SG_STR("demo"), .record = SG_STR("record"), .documents = &document, .count = 1};
    struct sg_str out;
    struct sg_error err;
    size_t bad = 0;

    if (!sg_learn_system(arena, &from, &out, &err))
        return 0;
    assert(sg_utf8_check(out, &bad));
    if (sg_yaml_read(arena, out, "fuzz", findings) == NULL || sg_findings_errors(findings) > 0) {
        sg_findings_print(findings, stderr);
        abort();
    }
    return 0;
}
