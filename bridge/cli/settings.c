#include "base/clock.h"
#include "cli/cli.h"
#include "mapping/zone.h"

const struct sg_settings *sg_cli_settings(const struct sg_cli *cli)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const char *path;
    struct sg_error err;

    if (!sg_settings_locate(cli->config, &path, &err)) {
        (void)fprintf(stderr, "sgbridge: %s\n", err.text);
        return NULL;
    }
    const struct sg_settings *settings = sg_settings_read(cli->arena, path, findings);
    if (settings == NULL)
        sg_findings_print(findings, stderr);
    return settings;
}

bool sg_cli_find_settings(const struct sg_cli *cli, bool is_named,
                          const struct sg_settings **settings)
{
    struct sg_error err;
    const char *path;

    if (cli->config == NULL && (is_named || !sg_settings_locate(NULL, &path, &err)))
        return true;
    *settings = sg_cli_settings(cli);
    return *settings != NULL;
}

const char *sg_cli_mappings(const char *named, const struct sg_settings *settings)
{
    if (named != NULL)
        return named;
    return settings == NULL ? "mappings" : settings->mappings;
}

bool sg_cli_journal_settings(struct sg_arena *arena, const struct sg_settings *settings, FILE *out,
                             struct sg_journal_settings *journal)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();

    *journal = (struct sg_journal_settings){
        .dir = settings->state,
        .name = settings->name,
        .day_offset_ms = sg_zone_offset_ms(settings->zone, sg_clock_now_ms()),
        .keep_ms = settings->keep_ms,
        .max_event_bytes = settings->max_event_bytes};
    if (settings->kafka == NULL)
        return true;
    journal->kafka = sg_kafka_settings_open(arena, settings->kafka, findings);
    sg_findings_print(findings, out);
    return journal->kafka != NULL;
}
