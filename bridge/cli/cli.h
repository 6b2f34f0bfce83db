/** The subcommands of sgbridge, one file each: what they share. */
#ifndef SG_CLI_CLI_H
#define SG_CLI_CLI_H

#include <stdio.h>

#include "base/arena.h"
#include "cli/subcommand.h"
#include "service/settings.h"

struct sg_catalog;

/** Exit codes, the same everywhere. */
enum sg_exit {
    SG_EXIT_OK = 0,
    SG_EXIT_NO = 1,      /* the answer is no: a test failed, a sum does not hold, nothing found */
    SG_EXIT_ALARM = 2,   /* `status`: an alarm stands */
    SG_EXIT_QUEUED = 3,  /* it will be done: the daemon is down, or has not come to it */
    SG_EXIT_USAGE = 64,  /* as in sysexits.h */
    SG_EXIT_UNABLE = 69, /* it could not be asked: no journal, wrong settings */
};

/** One call of a subcommand: what stands after its name. Lives in main(). */
struct sg_cli {
    const struct sg_subcommand *command;
    const char *config;  /* --config; NULL: wherever settings are looked for */
    bool is_json;        /* --json */
    bool is_help;        /* --help: nothing else was read */
    const void *options; /* the command's own struct */
    char *const *words;  /* those that are no options: as many as the command takes */
    size_t word_count;
    struct sg_arena *arena;
};

extern const struct sg_subcommand SG_SUBCOMMAND_AUDIT, SG_SUBCOMMAND_CHECK, SG_SUBCOMMAND_DISCARD,
    SG_SUBCOMMAND_DRIFT, SG_SUBCOMMAND_FAILED, SG_SUBCOMMAND_JOURNAL_COPY, SG_SUBCOMMAND_LEARN,
    SG_SUBCOMMAND_PAUSE, SG_SUBCOMMAND_QSHAPE, SG_SUBCOMMAND_RELOAD, SG_SUBCOMMAND_REPLAY,
    SG_SUBCOMMAND_RESOLVE, SG_SUBCOMMAND_RESUME, SG_SUBCOMMAND_RUN, SG_SUBCOMMAND_STATUS,
    SG_SUBCOMMAND_TOP, SG_SUBCOMMAND_TRACE, SG_SUBCOMMAND_TRY, SG_SUBCOMMAND_UNKNOWN,
    SG_SUBCOMMAND_WATCH, SG_SUBCOMMAND_WHATIF;

/** Finds and reads the settings; NULL when it cannot, having said why on standard error. */
const struct sg_settings *sg_cli_settings(const struct sg_cli *cli);

/**
 * The same for commands that need none: `*settings` stays NULL where there are none, or where a
 * folder `is_named` in their stead. False after saying what is wrong with them.
 */
SG_MUST_USE bool sg_cli_find_settings(const struct sg_cli *cli, bool is_named,
                                      const struct sg_settings **settings);

/** The folder of mappings: the one named, or that of the settings, or ./mappings; each may be NULL. */
const char *sg_cli_mappings(const char *named, const struct sg_settings *settings);

/** The journal's part of them, Kafka's secrets read; false after saying on `out` what is missing. */
SG_MUST_USE bool sg_cli_journal_settings(struct sg_arena *arena, const struct sg_settings *settings,
                                         FILE *out, struct sg_journal_settings *journal);

/** `check --live`: asks each system for the first page of each poll, and says what came of it. */
int sg_cli_ask_systems(const struct sg_catalog *catalog);

/** `check --live`: looks at where the journal lives, and says what a person should know of it. */
int sg_cli_ask_journal(const struct sg_cli *cli, const struct sg_settings *settings);

#endif
