/* sgbridge journal copy: moves an installation from one kind of journal to another. */
#include "base/clock.h"
#include "cli/cli.h"
#include "journal/copy.h"

enum { TRIES = 10, PAUSE_S = 1 };

struct options {
    const char *to; /* a kind of journal; there is but one to go to */
};

/* A topic that was just made has no leader yet, and brokers come back: each try is a whole one. */
static bool copy(const struct sg_journal_settings *journal, struct sg_copied *copied,
                 struct sg_error *err)
{
    for (int tries = 1; !sg_copy_to_kafka(journal, sg_clock_now_ms(), copied, err); tries++) {
        if (err->kind != SG_ERROR_TEMPORARY || tries == TRIES)
            return false;
        (void)fprintf(stderr, "waiting: %s\n", err->text);
        (void)sleep(PAUSE_S);
    }
    return true;
}

static void tell(const struct sg_copied *copied, const char *prefix)
{
    if (copied->was_moved) {
        (void)printf("journal.db was moved to Kafka before, prefix %s: nothing is left to do.\n",
                     prefix);
        return;
    }
    (void)printf("moved to Kafka, prefix %s:\n", prefix);
    (void)printf("  events %lld, of their deliveries open %lld\n", (long long)copied->events,
                 (long long)copied->open);
    (void)printf("  links %lld, heads %lld, cursors %lld\n", (long long)copied->links,
                 (long long)copied->heads, (long long)copied->cursors);
    (void)printf("journal.db is kept, and does not start any more. Go on with: sgbridge run\n");
}

static int run(const struct sg_cli *cli)
{
    const struct options *options = cli->options;
    struct sg_journal_settings journal;
    struct sg_copied copied = {0};
    struct sg_error err;

    if (options->to == NULL)
        return sg_subcommand_misused(cli, "--to kafka is missing");
    const struct sg_settings *settings = sg_cli_settings(cli);
    if (settings == NULL || !sg_cli_journal_settings(cli->arena, settings, stderr, &journal))
        return SG_EXIT_UNABLE;
    if (journal.kafka == NULL) {
        (void)fputs("sgbridge: the settings say `journal: embedded`; set `journal: {kafka: …}`, to "
                    "where it is to go\n",
                    stderr);
        return SG_EXIT_UNABLE;
    }
    sg_log_set_level(SG_LOG_WARN);
    if (!copy(&journal, &copied, &err)) {
        (void)fprintf(stderr, "%s: %s\n", err.at.file != NULL ? err.at.file : "journal", err.text);
        return err.kind == SG_ERROR_REFUSED ? SG_EXIT_NO : SG_EXIT_UNABLE;
    }
    tell(&copied, journal.kafka->prefix);
    return SG_EXIT_OK;
}

static const struct sg_option OPTIONS[] = {
    SG_OPTION_VALUE(struct options, to, "to", "kafka", "to where the settings say"),
    {0},
};

const struct sg_subcommand SG_SUBCOMMAND_JOURNAL_COPY = {
    .name = "journal copy",
    .group = SG_SUBCOMMAND_SERVICE,
    .brief = "moves the embedded journal, and what is open, to Kafka",
    .about = "Moves the embedded journal, with all that is open in it, to where the settings\n"
             "say that it lives. The daemon must be stopped; a copy that was cut short is\n"
             "typed again. journal.db is kept, and does not start any more.",
    .words = "--to kafka",
    .exits = "0 it is moved; 1 refused; 69 it could not be tried",
    .examples = {"journal copy --to kafka"},
    .options = OPTIONS,
    .options_size = sizeof(struct options),
    .run = run,
};
