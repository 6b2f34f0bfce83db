/* sgbridge check [DIR]: every error of every file at once, and all tests; --live asks around. */
#include "base/buffer.h"
#include "cli/cli.h"
#include "connectors/catalog.h"

struct options {
    bool is_live;
};

/* Both are asked, so that one run tells all. */
static int ask(const struct sg_cli *cli, const struct sg_settings *settings,
               const struct sg_catalog *catalog)
{
    const int systems = sg_cli_ask_systems(catalog);
    const int journal = settings == NULL ? SG_EXIT_OK : sg_cli_ask_journal(cli, settings);

    return systems == SG_EXIT_OK ? journal : systems;
}

static void print_counts(struct sg_arena *arena, const char *dir,
                         const struct sg_catalog_counts *counts)
{
    const struct sg_str systems = sg_str_counted(arena, counts->systems, "system"),
                        mappings = sg_str_counted(arena, counts->mappings, "mapping"),
                        tests = sg_str_counted(arena, counts->passed, "test");

    (void)printf("%s: %.*s, %.*s, %.*s passed\n", dir, SG_STR_ARG(systems), SG_STR_ARG(mappings),
                 SG_STR_ARG(tests));
}

static int run(const struct sg_cli *cli)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const struct options *options = cli->options;
    const struct sg_secrets secrets = {.is_read = options->is_live};
    const struct sg_settings *settings = NULL;
    struct sg_catalog_counts counts;

    const char *named = cli->word_count > 0 ? cli->words[0] : NULL;

    if (!sg_cli_find_settings(cli, named != NULL, &settings))
        return SG_EXIT_UNABLE;
    const char *dir = sg_cli_mappings(named, settings);
    struct sg_catalog *catalog = sg_catalog_check(dir, &secrets, findings, &counts);
    sg_findings_print(findings, stdout);
    if (catalog == NULL) {
        const struct sg_str errors =
            sg_str_counted(cli->arena, sg_findings_errors(findings), "error");
        (void)printf("%s: %.*s\n", dir, SG_STR_ARG(errors));
        return SG_EXIT_NO;
    }
    print_counts(cli->arena, dir, &counts);
    int live = options->is_live ? ask(cli, settings, catalog) : SG_EXIT_OK;
    sg_catalog_free(catalog);
    return live;
}

static const struct sg_option OPTIONS[] = {
    SG_OPTION_FLAG(struct options, is_live, "live",
                   "asks each system, and where the journal lives, too"),
    {0},
};

const struct sg_subcommand SG_SUBCOMMAND_CHECK = {
    .name = "check",
    .group = SG_SUBCOMMAND_INTEGRATOR,
    .brief = "every error of every mapping at once; runs their tests",
    .about = "Reads all files under DIR (else the settings' `mappings`), says each error with\n"
             "its place and what to write instead, and runs the tests inside.\n"
             "Changes nothing.",
    .words = "[DIR]",
    .most = 1,
    .exits = "0 all is well; 1 it is not; 69 the settings cannot be read",
    .examples = {"check mappings", "check --live"},
    .options = OPTIONS,
    .options_size = sizeof(struct options),
    .run = run,
};
