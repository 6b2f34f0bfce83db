/* sgbridge resolve: a person says of what may have been done whether it was. */
#include <string.h>

#include "cli/answers.h"
#include "cli/submit.h"

struct options {
    const char *done;
    bool not_done;
    const char *why;
};

static void print(const struct sg_cli *cli, const struct options *options,
                  const struct sg_submitted *submitted)
{
    if (submitted->done > 0 && options->not_done)
        (void)puts("not done: it is sent again, through today's mapping");
    else if (submitted->done > 0)
        (void)printf("done, as %s\n", options->done);
    sg_submitted_print(cli, submitted);
}

static int run(const struct sg_cli *cli)
{
    const struct options *options = cli->options;
    const struct sg_settings *settings = sg_cli_settings(cli);
    struct sg_command command = {.kind = SG_COMMAND_RESOLVE, .was_done = options->done != NULL};
    struct sg_submitted submitted;
    int64_t *ids;

    if ((options->done != NULL) == options->not_done)
        return sg_subcommand_misused(cli,
                                     "say one of --done ID, with what the target calls it, and "
                                     "--not-done");
    if (options->done != NULL && strlen(options->done) == 0)
        return sg_subcommand_misused(cli, "--done wants what the target calls it: 44/1405");
    if (!sg_submit_read_ids(cli, &ids, &command.count))
        return SG_EXIT_USAGE;
    if (settings == NULL)
        return SG_EXIT_UNABLE;
    command.deliveries = ids;
    if (options->done != NULL)
        command.foreign_id = sg_str_of(options->done);
    if (options->why != NULL)
        command.why = sg_str_of(options->why);
    sg_submitted_begin(cli, settings, &submitted);
    if (!sg_submit_and_await(cli, settings, &command, &submitted))
        return SG_EXIT_UNABLE;
    if (cli->is_json)
        sg_answers_print_json(cli, sg_submitted_json(cli, &submitted));
    else
        print(cli, options, &submitted);
    return sg_submitted_exit(&submitted);
}

static const struct sg_option OPTIONS[] = {
    SG_OPTION_VALUE(struct options, done, "done", "ID", "it was done: the target calls it ID"),
    SG_OPTION_FLAG(struct options, not_done, "not-done", "it was not: send it"),
    SG_OPTION_VALUE(struct options, why, "why", "TEXT", "how you know; kept, and shown by trace"),
    {.name = NULL},
};

const struct sg_subcommand SG_SUBCOMMAND_RESOLVE = {
    .name = "resolve",
    .group = SG_SUBCOMMAND_ACTING,
    .brief = "says whether what may have been done was",
    .about = "Ends a doubt: of a delivery that is unknown, or failed and may have been done.\n"
             "Look into the target first: what was done and is sent again is done twice.",
    .words = "DELIVERY",
    .least = 1,
    .most = 1,
    .exits = "0 done; 1 refused; 3 queued; 69 it could not be asked",
    .examples = {"resolve 17 --done 44/1405", "resolve 17 --not-done --why 'not in GAM'"},
    .has_json = true,
    .options = OPTIONS,
    .options_size = sizeof(struct options),
    .run = run,
};
