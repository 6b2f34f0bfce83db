/* sgbridge discard: a person gives deliveries up, and says why. */
#include "cli/answers.h"
#include "cli/behind.h"
#include "cli/submit.h"

struct options {
    const char *why;
    bool with_rest;
};

static int run(const struct sg_cli *cli)
{
    const struct options *options = cli->options;
    const struct sg_settings *settings = sg_cli_settings(cli);
    struct sg_command command = {.kind = SG_COMMAND_DISCARD, .with_rest = options->with_rest};
    struct sg_submitted submitted;
    int64_t *ids;

    if (options->why == NULL || options->why[0] == '\0')
        return sg_subcommand_misused(cli,
                                     "discard wants --why TEXT, which is kept with the ticket");
    if (!sg_submit_read_ids(cli, &ids, &command.count))
        return SG_EXIT_USAGE;
    if (settings == NULL)
        return SG_EXIT_UNABLE;
    command.deliveries = ids;
    command.why = sg_str_of(options->why);
    sg_submitted_begin(cli, settings, &submitted);
    if (!sg_submit_and_await(cli, settings, &command, &submitted))
        return SG_EXIT_UNABLE;
    if (cli->is_json) {
        sg_answers_print_json(cli, sg_submitted_json(cli, &submitted));
        return sg_submitted_exit(&submitted);
    }
    if (submitted.done > 0)
        (void)printf("%lld discarded\n", (long long)submitted.done);
    sg_submitted_print(cli, &submitted);
    if (!options->with_rest)
        sg_behind_print(cli, settings, ids, command.count, false);
    return sg_submitted_exit(&submitted);
}

static const struct sg_option OPTIONS[] = {
    SG_OPTION_VALUE(struct options, why, "why", "TEXT", "why; kept, and shown by trace"),
    SG_OPTION_FLAG(struct options, with_rest, "rest", "also what follows it in its lane"),
    {.name = NULL},
};

const struct sg_subcommand SG_SUBCOMMAND_DISCARD = {
    .name = "discard",
    .group = SG_SUBCOMMAND_ACTING,
    .brief = "gives deliveries up, with a reason",
    .about = "Gives failed or waiting deliveries up, for good: what they would have done is\n"
             "not done. Those behind them in their lanes follow, or go with them by --rest.",
    .words = "DELIVERY...",
    .least = 1,
    .most = SG_COMMAND_DELIVERIES_MAX,
    .exits = "0 done; 1 refused, in part or whole; 3 queued; 69 not asked",
    .examples = {"discard 17 --why 'the citizen withdrew it'"},
    .has_json = true,
    .options = OPTIONS,
    .options_size = sizeof(struct options),
    .run = run,
};
