/* `kafka` of a system, and `subscribe` of a record: changes that a system publishes by itself. */
#include "connectors/spec.h"

#include "base/buffer.h"

/* --- kafka --- */

/* A secret that is not read yet stands for itself, and may fit no property but a text. */
static bool check_property(const struct sg_spec *spec, const struct sg_yaml *property,
                           struct sg_str value)
{
    struct sg_error err;

    if (sg_secrets_has_reference(value))
        value = (struct sg_str){0};
    return sg_kafka_check_property(property->key, value, &err) ||
           sg_findings_add(spec->findings, property->at, "%s", err.text);
}

static void compile_properties(const struct sg_spec *spec, const struct sg_yaml *yaml,
                               struct sg_kafka_cluster *out)
{
    if (yaml == NULL || !sg_yaml_expect(yaml, SG_YAML_MAP, spec->findings))
        return;
    struct sg_kafka_property *list = sg_arena_get(spec->arena, yaml->count, sizeof *list);

    for (const struct sg_yaml *property = yaml->first; property != NULL;
         property = property->next) {
        struct sg_str value = property->text;

        if (property->kind == SG_YAML_TEXT)
            sg_spec_text(spec, property, &value);
        else if (property->kind != SG_YAML_NUMBER && property->kind != SG_YAML_BOOLEAN)
            (void)sg_yaml_expect(property, SG_YAML_TEXT, spec->findings);
        if (check_property(spec, property, value))
            list[out->property_count++] = (struct sg_kafka_property){
                sg_str_c(spec->arena, property->key), sg_str_c(spec->arena, value)};
    }
    out->properties = list;
}

void sg_kafka_spec_compile(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    static const struct sg_str keys[] = {SG_STR_INIT("brokers"), SG_STR_INIT("properties")};
    struct sg_kafka_cluster *out;
    struct sg_str brokers = {0};

    if (yaml == NULL || !sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return;
    const struct sg_yaml *where = sg_spec_need(spec, yaml, "kafka", "brokers");

    out = sg_arena_get(spec->arena, 1, sizeof *out);
    sg_spec_text(spec, where, &brokers);
    if (brokers.length > 0 && !sg_secrets_has_reference(brokers) && !sg_kafka_is_brokers(brokers))
        (void)sg_findings_add(spec->findings, where->at, "brokers are host:port,host:port");
    out->brokers = sg_str_c(spec->arena, brokers);
    compile_properties(spec, sg_yaml_find(yaml, "properties"), out);
    spec->system->kafka = out;
}

/* --- subscribe --- */

static void check_place(const struct sg_spec *spec, const struct sg_yaml *yaml)
{
    if (spec->system->kafka == NULL)
        (void)sg_findings_add(spec->findings, yaml->key_at,
                              "`subscribe` needs `kafka` in this file: where the topic is");
    if (!sg_spec_may_speak(spec, SG_FORMAT_JSON))
        (void)sg_findings_add(spec->findings, yaml->key_at,
                              "`subscribe` of a system other than JSON is not known to this "
                              "version");
}

const struct sg_subscribe_spec *sg_subscribe_spec_compile(const struct sg_spec *spec,
                                                          const struct sg_yaml *yaml)
{
    static const struct sg_str keys[] = {SG_STR_INIT("topic"), SG_STR_INIT("start"),
                                         SG_STR_INIT("items"), SG_STR_INIT("put")};
    static const struct sg_str starts[] = {SG_STR_INIT("all"), SG_STR_INIT("now")};
    struct sg_subscribe_spec *out;
    struct sg_str topic = {0};
    size_t start = 0;

    if (yaml == NULL || !sg_spec_map(spec, yaml, SG_SPEC_WORDS(keys)))
        return NULL;
    check_place(spec, yaml);
    out = sg_arena_get(spec->arena, 1, sizeof *out);
    sg_spec_word(spec, sg_spec_need(spec, yaml, "subscribe", "topic"), &topic);
    out->topic = sg_str_c(spec->arena, topic);
    if (sg_spec_choice(spec, sg_spec_need(spec, yaml, "subscribe", "start"), SG_SPEC_WORDS(starts),
                       &start))
        out->starts_now = start == 1;
    sg_spec_source(spec, SG_SPEC_RECORD, sg_spec_need(spec, yaml, "subscribe", "items"),
                   &out->items);
    sg_spec_rule_set(spec, SG_SPEC_MESSAGE, sg_yaml_find(yaml, "put"), &out->put);
    return out;
}
