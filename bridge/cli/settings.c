#include "cli/cli.h"

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
