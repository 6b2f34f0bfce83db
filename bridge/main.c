/* sgbridge: which subcommand, with which options. Nothing else. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "tree/xml.h"

static const struct command {
    const char *name, *words, *about;
    int (*run)(const struct sg_cli *cli);
} COMMANDS[] = {
    {"run", "", "run the bridge until SIGTERM; SIGHUP reloads mappings", sg_cli_run},
    {"check", "[DIR] [--live]", "check mappings and run their tests", sg_cli_check},
    {"status", "[--json|--quiet]", "lanes, lag, breakers, alarms, counts by state", sg_cli_status},
    {"audit", "[--json]", "what was taken in is accounted for, day by day", sg_cli_audit},
    {"trace", "TICKET [--json]", "what happened to one ticket, in order", sg_cli_trace},
    {"journal copy", "--to kafka", "move the embedded journal to Kafka", sg_cli_journal_copy},
};
enum { COMMAND_COUNT = sizeof COMMANDS / sizeof COMMANDS[0], ABOUT_COLUMN = 26 };

static int usage(FILE *out, int code)
{
    (void)fputs("usage: sgbridge COMMAND [--config FILE]\n\n", out);
    for (size_t c = 0; c < COMMAND_COUNT; c++) {
        const int used = fprintf(out, "  %-6s %s", COMMANDS[c].name, COMMANDS[c].words);
        (void)fprintf(out, "%*s%s\n", ABOUT_COLUMN - used, "", COMMANDS[c].about);
    }
    (void)fputs("\nSettings: --config FILE, $SGBRIDGE_CONFIG, ./sgbridge.yaml or\n"
                "/etc/sgbridge/sgbridge.yaml. See sgbridge(1).\n",
                out);
    return code;
}

/* How many of the words a command's name is made of, one or two; 0 when they are not its name. */
static int match(const char *name, int count, char *const *words)
{
    const char *space = strchr(name, ' ');

    if (space == NULL)
        return strcmp(name, words[0]) == 0 ? 1 : 0;
    const size_t length = (size_t)(space - name);
    const bool is_it = count > 1 && strlen(words[0]) == length &&
                       strncmp(name, words[0], length) == 0 && strcmp(space + 1, words[1]) == 0;
    return is_it ? 2 : 0;
}

static const struct command *find(int count, char *const *words, int *used)
{
    for (size_t c = 0; c < COMMAND_COUNT; c++) {
        *used = match(COMMANDS[c].name, count, words);
        if (*used > 0)
            return &COMMANDS[c];
    }
    return NULL;
}

/* False when the words cannot be understood; getopt has then said why. */
static bool read_options(int argc, char **argv, struct sg_cli *cli)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"json", no_argument, NULL, 'j'},
        {"live", no_argument, NULL, 'l'},         {"quiet", no_argument, NULL, 'q'},
        {"to", required_argument, NULL, 't'},     {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            cli->config = optarg;
            break;
        case 'j':
            cli->is_json = true;
            break;
        case 'l':
            cli->is_live = true;
            break;
        case 'q':
            cli->is_quiet = true;
            break;
        case 't':
            cli->to = optarg;
            break;
        default:
            return false;
        }
    }
    if (optind < argc)
        cli->argument = argv[optind++];
    return optind == argc;
}

int main(int argc, char **argv)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_cli cli = {.arena = arena};
    int used = 0;

    sg_xml_init();
    if (argc < 2)
        return usage(stderr, SG_EXIT_USAGE);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
        return usage(stdout, SG_EXIT_OK);
    const struct command *command = find(argc - 1, argv + 1, &used);
    if (command == NULL || !read_options(argc - used, argv + used, &cli))
        return usage(stderr, SG_EXIT_USAGE);
    return command->run(&cli);
}
