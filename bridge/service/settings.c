#include "service/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/units.h"
#include "mapping/zone.h"
#include "service/department_settings.h"
#include "tree/yaml.h"

enum { NAME_MAX_LENGTH = 12, FILE_MAX_BYTES = 64 * 1024 };

bool sg_settings_locate(const char *wanted, const char **path, struct sg_error *err)
{
    const char *const places[] = {wanted, getenv("SGBRIDGE_CONFIG"), "sgbridge.yaml",
                                  "/etc/sgbridge/sgbridge.yaml"};

    for (size_t p = 0; p < sizeof places / sizeof places[0]; p++) {
        if (places[p] == NULL)
            continue;
        if (p < 2 || access(places[p], F_OK) == 0) { /* what was named must be it */
            *path = places[p];
            return true;
        }
    }
    return sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){0},
                        "no settings: give --config FILE or $SGBRIDGE_CONFIG, or write "
                        "./sgbridge.yaml or /etc/sgbridge/sgbridge.yaml");
}

/* What every reader of one setting is given. */
struct reading {
    struct sg_arena *arena;
    struct sg_findings *findings;
    struct sg_settings *out;
    const char *folder; /* of the settings' file, with its slash: for relative paths */
};

static bool is_text(const struct reading *reading, const struct sg_yaml *value)
{
    return sg_yaml_expect(value, SG_YAML_TEXT, reading->findings);
}

static bool read_name(const struct reading *reading, const struct sg_yaml *value)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    const struct sg_str name = value->text;
    bool is_good = value->kind == SG_YAML_TEXT && name.length > 0 && name.length <= NAME_MAX_LENGTH;

    for (size_t i = 0; is_good && i < name.length; i++)
        is_good = memchr(allowed, name.at[i], sizeof allowed - 1) != NULL;
    if (!is_good)
        return sg_findings_add(reading->findings, value->at,
                               "a name is 1 to %d of a-z, 0-9 and `-`: it stands in references",
                               NAME_MAX_LENGTH);
    reading->out->name = sg_str_copy(reading->arena, name);
    return true;
}

static const char *path_of(const struct reading *reading, struct sg_str text)
{
    if (sg_str_starts(text, "/"))
        return sg_str_c(reading->arena, text);
    return sg_str_format(reading->arena, "%s%.*s%c", reading->folder, SG_STR_ARG(text), '\0').at;
}

static bool read_folder(const struct reading *reading, const struct sg_yaml *value,
                        const char **out)
{
    if (!is_text(reading, value))
        return false;
    if (value->text.length == 0)
        return sg_findings_add(reading->findings, value->at, "a folder is expected");
    *out = path_of(reading, value->text);
    return true;
}

static bool read_mappings(const struct reading *reading, const struct sg_yaml *value)
{
    return read_folder(reading, value, &reading->out->mappings);
}

static bool read_state(const struct reading *reading, const struct sg_yaml *value)
{
    return read_folder(reading, value, &reading->out->state);
}

static bool read_listen(const struct reading *reading, const struct sg_yaml *value)
{
    int64_t port = 0;
    size_t colon = value->text.length;

    while (colon > 0 && value->text.at[colon - 1] != ':')
        colon--;
    if (value->kind != SG_YAML_TEXT || colon < 2 ||
        !sg_units_integer(sg_str_skip(value->text, colon), &port) || port < 0 || port > 65535)
        return sg_findings_add(reading->findings, value->at,
                               "ADDRESS:PORT is expected, such as 127.0.0.1:8137");
    reading->out->listen_host =
        sg_str_c(reading->arena, (struct sg_str){value->text.at, colon - 1});
    reading->out->listen_port = (int)port;
    return true;
}

static bool read_journal(const struct reading *reading, const struct sg_yaml *value)
{
    const struct sg_yaml *kafka = NULL;

    if (value->kind == SG_YAML_MAP && value->count == 1)
        kafka = sg_yaml_find(value, "kafka");
    if (kafka != NULL) {
        reading->out->journal = &SG_JOURNAL_KAFKA;
        reading->out->kafka = sg_kafka_settings_read(reading->arena, kafka, reading->findings);
        return reading->out->kafka != NULL;
    }
    return (value->kind == SG_YAML_TEXT && sg_str_is(value->text, "embedded")) ||
           sg_findings_add(reading->findings, value->at,
                           "a journal is `embedded`, or {kafka: {brokers: …, prefix: …}}");
}

static bool read_zone(const struct reading *reading, const struct sg_yaml *value)
{
    struct sg_error err;

    if (!is_text(reading, value))
        return false;
    return sg_zone_open(reading->arena, value->text, value->at, &reading->out->zone, &err) ||
           sg_findings_add(reading->findings, err.at, "%s", err.text);
}

static bool read_keep(const struct reading *reading, const struct sg_yaml *value)
{
    return (sg_units_duration_ms(value->text, &reading->out->keep_ms) &&
            reading->out->keep_ms > 0) ||
           sg_findings_add(reading->findings, value->at, "a time span is expected, such as 90d");
}

static bool read_size(const struct reading *reading, const struct sg_yaml *value, int64_t *bytes)
{
    return (sg_units_size_bytes(value->text, bytes) && *bytes > 0) ||
           sg_findings_add(reading->findings, value->at, "a size is expected, such as 256MB");
}

static bool read_reserve(const struct reading *reading, const struct sg_yaml *value)
{
    return read_size(reading, value, &reading->out->reserve_bytes);
}

static bool read_max_event(const struct reading *reading, const struct sg_yaml *value)
{
    return read_size(reading, value, &reading->out->max_event_bytes);
}

static bool read_log(const struct reading *reading, const struct sg_yaml *value)
{
    static const struct {
        const char *name;
        enum sg_log_level level;
    } levels[] = {{"error", SG_LOG_ERROR},
                  {"warn", SG_LOG_WARN},
                  {"info", SG_LOG_INFO},
                  {"debug", SG_LOG_DEBUG}};

    for (size_t l = 0; l < sizeof levels / sizeof levels[0]; l++) {
        if (sg_str_is(value->text, levels[l].name)) {
            reading->out->log = levels[l].level;
            return true;
        }
    }
    return sg_findings_add(reading->findings, value->at,
                           "a log level is one of error, warn, info, debug");
}

static bool read_department(const struct reading *reading, const struct sg_yaml *value)
{
    return sg_departments_read(reading->arena, value, reading->findings,
                               &reading->out->departments);
}

/* Every setting, with what stands for it where it is left out (NULL: it must be given). */
static const struct setting {
    struct sg_str name;
    const char *otherwise;
    bool (*read)(const struct reading *reading, const struct sg_yaml *value);
} SETTINGS[] = {
    {{"name", 4}, NULL, read_name},
    {{"mappings", 8}, "mappings", read_mappings},
    {{"state", 5}, "/var/lib/sgbridge", read_state},
    {{"listen", 6}, "127.0.0.1:8137", read_listen},
    {{"journal", 7}, "embedded", read_journal},
    {{"zone", 4}, "Asia/Tehran", read_zone},
    {{"keep", 4}, "90d", read_keep},
    {{"reserve", 7}, "256MB", read_reserve},
    {{"max_event", 9}, "900KB", read_max_event},
    {{"log", 3}, "info", read_log},
    {{"department", 10}, "", read_department},
};
enum { SETTING_COUNT = sizeof SETTINGS / sizeof SETTINGS[0] };

static void read_all(const struct reading *reading, const struct sg_yaml *file)
{
    struct sg_str names[SETTING_COUNT];

    for (size_t s = 0; s < SETTING_COUNT; s++)
        names[s] = SETTINGS[s].name;
    (void)sg_yaml_check_keys(file, names, SETTING_COUNT, reading->findings);
    for (size_t s = 0; s < SETTING_COUNT; s++) {
        const struct sg_yaml *value = sg_yaml_find(file, names[s].at);

        if (value == NULL && SETTINGS[s].otherwise == NULL) {
            (void)sg_findings_add(reading->findings, file->at, "`%s` must be given", names[s].at);
            continue;
        }
        const struct sg_yaml otherwise = {
            .kind = SG_YAML_TEXT,
            .text = sg_str_of(SETTINGS[s].otherwise == NULL ? "" : SETTINGS[s].otherwise)};
        (void)SETTINGS[s].read(reading, value != NULL ? value : &otherwise);
    }
}

static const char *folder_of(struct sg_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return "";
    return sg_str_c(arena, (struct sg_str){path, (size_t)(slash - path) + 1});
}

const struct sg_settings *sg_settings_read(struct sg_arena *arena, const char *path,
                                           struct sg_findings *findings)
{
    struct sg_settings *settings = sg_arena_get(arena, 1, sizeof *settings);
    struct sg_str text;
    struct sg_error err;

    settings->journal = &SG_JOURNAL_EMBEDDED;
    if (!sg_file_read(arena, path, FILE_MAX_BYTES, &text, &err)) {
        (void)sg_findings_add(findings, err.at, "%s", err.text);
        return NULL;
    }
    const struct sg_yaml *file = sg_yaml_read(arena, text, path, findings);
    if (file == NULL || !sg_yaml_expect(file, SG_YAML_MAP, findings))
        return NULL;
    read_all(&(struct reading){arena, findings, settings, folder_of(arena, path)}, file);
    return sg_findings_errors(findings) == 0 ? settings : NULL;
}
