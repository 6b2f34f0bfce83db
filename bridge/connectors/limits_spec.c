/* `limits`: what a system is asked at most, and what it may answer. */
#include "connectors/spec.h"

#include "base/units.h"

enum { MB = 1024 * 1024, CONCURRENCY_MAX = 1000 };

static void compile_rate(const struct sg_spec *spec, const struct sg_yaml *yaml,
                         struct sg_limits *limits)
{
    if (yaml != NULL && (yaml->kind != SG_YAML_TEXT ||
                         !sg_units_rate(yaml->text, &limits->rate_count, &limits->rate_per_ms)))
        (void)sg_findings_add(spec->findings, yaml->at,
                              "a rate is expected, such as 20/s or 600/m");
}

void sg_limits_spec_compile(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    static const struct sg_str keys[] = {SG_STR_INIT("concurrency"), SG_STR_INIT("rate"),
                                         SG_STR_INIT("timeout"), SG_STR_INIT("answer"),
                                         SG_STR_INIT("file")};
    struct sg_limits *limits = &spec->system->limits;
    int64_t concurrency = 4;

    *limits = (struct sg_limits){
        .concurrency = 4,
        .timeout_ms = 30000,
        .answer_bytes = (int64_t)16 * MB,
        .file_bytes = (int64_t)10 * MB,
    };
    if (yaml == NULL || !sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    sg_spec_integer(spec, sg_yaml_find(yaml, "concurrency"), 1, CONCURRENCY_MAX, &concurrency);
    limits->concurrency = (int)concurrency;
    compile_rate(spec, sg_yaml_find(yaml, "rate"), limits);
    sg_spec_period(spec, sg_yaml_find(yaml, "timeout"), &limits->timeout_ms);
    sg_spec_size(spec, sg_yaml_find(yaml, "answer"), &limits->answer_bytes);
    sg_spec_size(spec, sg_yaml_find(yaml, "file"), &limits->file_bytes);
}
