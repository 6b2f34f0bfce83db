/* sgbridge: which subcommand; and whether its answer could be written. Nothing else. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/help.h"
#include "tree/xml.h"

/* As --help lists them: those of one group stand together. */
static const struct sg_subcommand *const COMMANDS[] = {
    // clang-format off: one a line, for the next one to be added
    &SG_SUBCOMMAND_STATUS,       &SG_SUBCOMMAND_FAILED,
    &SG_SUBCOMMAND_TRACE,        &SG_SUBCOMMAND_AUDIT,
    &SG_SUBCOMMAND_UNKNOWN,      &SG_SUBCOMMAND_QSHAPE,
    &SG_SUBCOMMAND_DRIFT,        &SG_SUBCOMMAND_TOP,
    &SG_SUBCOMMAND_REPLAY,       &SG_SUBCOMMAND_DISCARD,
    &SG_SUBCOMMAND_RESOLVE,      &SG_SUBCOMMAND_PAUSE,
    &SG_SUBCOMMAND_RESUME,       &SG_SUBCOMMAND_RELOAD,
    &SG_SUBCOMMAND_CHECK,        &SG_SUBCOMMAND_WATCH,
    &SG_SUBCOMMAND_TRY,          &SG_SUBCOMMAND_WHATIF,
    &SG_SUBCOMMAND_LEARN,        &SG_SUBCOMMAND_RUN,
    &SG_SUBCOMMAND_JOURNAL_COPY, NULL,
    // clang-format on
};

static int run(struct sg_arena *arena, int argc, char **argv)
{
    struct sg_cli cli = {.arena = arena};
    size_t used;
    const struct sg_subcommand *command =
        sg_subcommand_find(COMMANDS, (size_t)argc - 1, (const char *const *)argv + 1, &used);

    if (command == NULL) {
        sg_subcommand_tell_unknown(arena, COMMANDS, argv[1]);
        return SG_EXIT_USAGE;
    }
    if (!sg_subcommand_read(command, argc - (int)used, argv + used, &cli))
        return SG_EXIT_USAGE;
    if (!cli.is_help)
        return command->run(&cli);
    sg_help_print_command(stdout, command);
    return SG_EXIT_OK;
}

/* `help COMMAND`; all of them when none is named. */
static int help(struct sg_arena *arena, int argc, char **argv)
{
    size_t used;

    if (argc == 2) {
        sg_help_print(stdout, COMMANDS);
        return SG_EXIT_OK;
    }
    const struct sg_subcommand *command =
        sg_subcommand_find(COMMANDS, (size_t)argc - 2, (const char *const *)argv + 2, &used);
    if (command == NULL) {
        sg_subcommand_tell_unknown(arena, COMMANDS, argv[2]);
        return SG_EXIT_USAGE;
    }
    sg_help_print_command(stdout, command);
    return SG_EXIT_OK;
}

static int answer(int argc, char **argv)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    if (argc < 2) {
        sg_help_print(stderr, COMMANDS);
        return SG_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0)
        return help(arena, argc, argv);
    if (strcmp(argv[1], "complete") == 0) {
        sg_help_complete(arena, COMMANDS, (size_t)argc - 2, (const char *const *)argv + 2);
        return SG_EXIT_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)puts("sgbridge " SG_VERSION);
        return SG_EXIT_OK;
    }
    sg_xml_init();
    return run(arena, argc, argv);
}

/* 69 where the answer did not get out. Who closes a pipe has read enough. */
int main(int argc, char **argv)
{
    const int code = answer(argc, argv);

    errno = 0; /* why an earlier write failed is not known any more */
    if ((fflush(stdout) == 0 && ferror(stdout) == 0) || errno == EPIPE)
        return code;
    (void)fprintf(stderr, "sgbridge: the answer cannot be written%s%s\n", errno == 0 ? "" : ": ",
                  errno == 0 ? "" : strerror(errno));
    return SG_EXIT_UNABLE;
}
