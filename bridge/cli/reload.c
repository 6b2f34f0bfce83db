/* sgbridge reload: puts the mapping files in force, whole or not at all. */
#include "cli/answers.h"
#include "cli/submit.h"

struct options {
    bool drop;
};

static int run(const struct sg_cli *cli)
{
    const struct options *options = cli->options;
    const struct sg_settings *settings = sg_cli_settings(cli);
    struct sg_command command = {.kind = SG_COMMAND_RELOAD, .drop = options->drop};
    struct sg_submitted submitted;

    if (settings == NULL)
        return SG_EXIT_UNABLE;
    sg_submitted_begin(cli, settings, &submitted);
    if (!submitted.is_running) {
        (void)fputs("sgbridge: the daemon is not running: it reads the files when it starts; "
                    "`sgbridge check` says what it will find\n",
                    stderr);
        return SG_EXIT_UNABLE;
    }
    if (!sg_submit_and_await(cli, settings, &command, &submitted))
        return SG_EXIT_UNABLE;
    if (cli->is_json) {
        sg_answers_print_json(cli, sg_submitted_json(cli, &submitted));
        return sg_submitted_exit(&submitted);
    }
    sg_submitted_print(cli, &submitted);
    if (submitted.done > 0)
        (void)printf("%s is in force\n", settings->mappings);
    else if (submitted.refused > 0)
        (void)printf("%s is refused: what was in force stays so\n", settings->mappings);
    return sg_submitted_exit(&submitted);
}

static const struct sg_option OPTIONS[] = {
    SG_OPTION_FLAG(struct options, drop, "drop", "fails what waits for a mapping without a file"),
    {0},
};

const struct sg_subcommand SG_SUBCOMMAND_RELOAD = {
    .name = "reload",
    .group = SG_SUBCOMMAND_ACTING,
    .brief = "puts mapping files in force, whole or not at all",
    .about = "The running daemon reads its mappings, systems and look-up tables anew. With any\n"
             "error nothing is changed; what is wrong is shown as check shows it. It is\n"
             "refused when it would take away a mapping with deliveries open, until --drop\n"
             "fails them: each keeps who asked, and can be sent again once the file is back.",
    .exits = "0 in force; 1 refused; 3 queued; 69 no daemon runs",
    .examples = {"reload", "reload --drop"},
    .has_json = true,
    .options = OPTIONS,
    .options_size = sizeof(struct options),
    .run = run,
};
