/* sgbridge check [DIR]: every error of every file at once, and all tests. */
#include "cli/cli.h"
#include "connectors/catalog.h"

/* The folder named, or that of the settings, or ./mappings. */
static const char *folder(const struct sg_cli *cli)
{
    struct sg_error err;
    const char *path;

    if (cli->argument != NULL)
        return cli->argument;
    if (cli->config == NULL && !sg_settings_locate(NULL, &path, &err))
        return "mappings";
    const struct sg_settings *settings = sg_cli_settings(cli);
    return settings == NULL ? NULL : settings->mappings;
}

int sg_cli_check(const struct sg_cli *cli)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const struct sg_secrets secrets = {.is_read = cli->is_live};
    const char *dir = folder(cli);
    size_t passed = 0, failed = 0, systems = 0, mappings = 0;

    if (dir == NULL)
        return SG_EXIT_UNABLE;
    struct sg_catalog *catalog = sg_catalog_load(dir, &secrets, true, findings);
    sg_findings_print(findings, stdout);
    if (catalog == NULL) {
        (void)printf("%s: %zu errors\n", dir, sg_findings_errors(findings));
        return SG_EXIT_NO;
    }
    sg_catalog_tests(catalog, &passed, &failed);
    (void)sg_catalog_systems(catalog, &systems);
    (void)sg_catalog_mappings(catalog, &mappings);
    (void)printf("%s: %zu systems, %zu mappings, %zu tests passed\n", dir, systems, mappings,
                 passed);
    int live = cli->is_live ? sg_cli_ask_systems(catalog) : SG_EXIT_OK;
    sg_catalog_free(catalog);
    return live;
}
