/* `fetch`: what the items of a poll lack, and how it is asked for. */
#include "connectors/spec.h"

static void compile_step(const struct sg_spec *spec, const struct sg_yaml *yaml,
                         struct sg_fetch_spec *out)
{
    static const struct sg_str keys[] = {SG_STR_INIT("request"), SG_STR_INIT("each"),
                                         SG_STR_INIT("into"), SG_STR_INIT("where")};
    const struct sg_yaml *each = sg_yaml_find(yaml, "each");
    const enum sg_spec_place place = each == NULL ? SG_SPEC_FETCH : SG_SPEC_FETCH_EACH;
    const struct sg_yaml *request = sg_yaml_find(yaml, "request");

    out->at = yaml->at;
    if (!sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    if (request == NULL)
        (void)sg_findings_add(spec->findings, yaml->at, "a fetch needs `request`");
    sg_request_spec_compile(spec, place, request, &out->request);
    sg_spec_source(spec, SG_SPEC_RECORD, each, &out->each);
    sg_spec_pointer(spec, sg_yaml_find(yaml, "into"), &out->into);
    sg_spec_loosen(spec, &out->into);
    sg_spec_condition(spec, place, sg_yaml_find(yaml, "where"), &out->where);
}

void sg_fetch_spec_compile(const struct sg_spec *spec, const struct sg_yaml *yaml,
                           struct sg_poll_spec *out)
{
    if (yaml == NULL || !sg_yaml_expect(yaml, SG_YAML_LIST, spec->findings))
        return;
    struct sg_fetch_spec *list = sg_arena_get(spec->arena, yaml->count, sizeof *list);

    for (const struct sg_yaml *step = yaml->first; step != NULL; step = step->next)
        compile_step(spec, step, &list[out->fetch_count++]);
    out->fetches = list;
}
