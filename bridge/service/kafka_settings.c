#include "service/kafka_settings.h"

#include "base/buffer.h"
#include "base/units.h"
#include "connectors/secrets.h"

enum { REPLICATION = 3, REPLICATION_MAX = 9, PREFIX_MAX = 100 };

static const struct sg_str KEYS[] = {SG_STR_INIT("brokers"), SG_STR_INIT("prefix"),
                                     SG_STR_INIT("replication"), SG_STR_INIT("properties")};

static bool read_brokers(struct sg_arena *arena, const struct sg_yaml *map, const char **brokers,
                         struct sg_findings *findings)
{
    const struct sg_yaml *value = sg_yaml_find(map, "brokers");

    if (value == NULL || value->kind != SG_YAML_TEXT || !sg_kafka_is_brokers(value->text))
        return sg_findings_add(findings, value == NULL ? map->at : value->at,
                               "`brokers` must be given as host:port,host:port");
    *brokers = sg_str_c(arena, value->text);
    return true;
}

/* Kafka's own rule for names of topics, less what it warns of. */
static bool read_prefix(struct sg_arena *arena, const struct sg_yaml *map, const char **prefix,
                        struct sg_findings *findings)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
    const struct sg_yaml *value = sg_yaml_find(map, "prefix");
    bool is_good = value != NULL && value->kind == SG_YAML_TEXT && value->text.length > 0 &&
                   value->text.length <= PREFIX_MAX;

    for (size_t i = 0; is_good && i < value->text.length; i++)
        is_good = memchr(allowed, value->text.at[i], sizeof allowed - 1) != NULL;
    if (!is_good)
        return sg_findings_add(
            findings, value == NULL ? map->at : value->at,
            "`prefix` must be given, 1 to %d of a-z, 0-9, `-` and `.`: the names "
            "of all topics begin with it",
            PREFIX_MAX);
    *prefix = sg_str_c(arena, value->text);
    return true;
}

static bool read_replication(const struct sg_yaml *map, int *replication,
                             struct sg_findings *findings)
{
    const struct sg_yaml *value = sg_yaml_find(map, "replication");
    int64_t number = REPLICATION;

    if (value != NULL &&
        (value->kind != SG_YAML_NUMBER || !sg_units_integer(value->text, &number) || number < 1 ||
         number > REPLICATION_MAX))
        return sg_findings_add(findings, value->at, "a number of brokers is expected, 1 to %d",
                               REPLICATION_MAX);
    *replication = (int)number;
    return true;
}

static bool is_scalar(const struct sg_yaml *value)
{
    return value->kind == SG_YAML_TEXT || value->kind == SG_YAML_NUMBER ||
           value->kind == SG_YAML_BOOLEAN;
}

/* Of a secret, which is not there yet, only the property's name can be wrong. */
static bool check_property(const struct sg_yaml *value, struct sg_findings *findings)
{
    struct sg_error err;

    if (!is_scalar(value))
        return sg_findings_add(findings, value->at, "a text is expected");
    if (sg_kafka_check_property(
            value->key, sg_secrets_has_reference(value->text) ? (struct sg_str){0} : value->text,
            &err))
        return true;
    return sg_findings_add(findings, value->at, "%s", err.text);
}

static bool read_properties(struct sg_arena *arena, const struct sg_yaml *map,
                            struct sg_kafka_settings *out, struct sg_findings *findings)
{
    const struct sg_yaml *properties = sg_yaml_find(map, "properties");
    bool is_good = true;

    if (properties == NULL)
        return true;
    if (!sg_yaml_expect(properties, SG_YAML_MAP, findings))
        return false;
    struct sg_kafka_property *list = sg_arena_get(arena, properties->count, sizeof *list);
    struct sg_place *places = sg_arena_get(arena, properties->count, sizeof *places);
    size_t count = 0;

    for (const struct sg_yaml *value = properties->first; value != NULL; value = value->next) {
        is_good &= check_property(value, findings);
        places[count] = value->at;
        list[count++] =
            (struct sg_kafka_property){sg_str_c(arena, value->key), sg_str_c(arena, value->text)};
    }
    out->as_written.cluster.properties = list;
    out->as_written.cluster.property_count = count;
    out->places = places;
    return is_good;
}

const struct sg_kafka_settings *sg_kafka_settings_read(struct sg_arena *arena,
                                                       const struct sg_yaml *map,
                                                       struct sg_findings *findings)
{
    struct sg_kafka_settings *out = sg_arena_get(arena, 1, sizeof *out);

    if (!sg_yaml_expect(map, SG_YAML_MAP, findings))
        return NULL;
    bool is_good = sg_yaml_check_keys(map, KEYS, sizeof KEYS / sizeof KEYS[0], findings);
    is_good &= read_brokers(arena, map, &out->as_written.cluster.brokers, findings);
    is_good &= read_prefix(arena, map, &out->as_written.prefix, findings);
    is_good &= read_replication(map, &out->as_written.replication, findings);
    is_good &= read_properties(arena, map, out, findings);
    return is_good ? out : NULL;
}

const struct sg_journal_kafka *sg_kafka_settings_open(struct sg_arena *arena,
                                                      const struct sg_kafka_settings *settings,
                                                      struct sg_findings *findings)
{
    const struct sg_secrets secrets = {.is_read = true};
    struct sg_journal_kafka *out = sg_arena_get(arena, 1, sizeof *out);
    struct sg_kafka_property *list =
        sg_arena_get(arena, settings->as_written.cluster.property_count, sizeof *list);
    bool is_good = true;

    *out = settings->as_written;
    for (size_t p = 0; p < out->cluster.property_count; p++) {
        struct sg_str value = sg_str_of(out->cluster.properties[p].value);

        is_good &= sg_secrets_expand(&secrets, arena, value, settings->places[p], &value, findings);
        list[p] =
            (struct sg_kafka_property){out->cluster.properties[p].name, sg_str_c(arena, value)};
    }
    out->cluster.properties = list;
    return is_good ? out : NULL;
}
