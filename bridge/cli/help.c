#include "cli/help.h"

#include <string.h>

enum { HEAD_COLUMNS = 8, NAME_COLUMNS = 13, OPTION_ROOM = 40 };

/* Beside the first command of each group: on lines of their own they would not leave room for all. */
static const char *const HEADS[] = {[SG_SUBCOMMAND_DAILY] = "to look",
                                    [SG_SUBCOMMAND_ACTING] = "to mend",
                                    [SG_SUBCOMMAND_INTEGRATOR] = "to map",
                                    [SG_SUBCOMMAND_SERVICE] = "to run"};

void sg_help_print(FILE *out, const struct sg_subcommand *const *commands)
{
    (void)fputs("usage: sgbridge COMMAND [OPTIONS]; more: sgbridge COMMAND --help, man sgbridge\n",
                out);
    for (size_t c = 0; commands[c] != NULL; c++) {
        const bool is_first = c == 0 || commands[c]->group != commands[c - 1]->group;

        (void)fprintf(out, "%-*s  %-*s %s\n", HEAD_COLUMNS,
                      is_first ? HEADS[commands[c]->group] : "", NAME_COLUMNS, commands[c]->name,
                      commands[c]->brief);
    }
}

/* `  --to kafka`, as it is typed. */
static void write_option(char *text, size_t room, const struct sg_option *option)
{
    (void)snprintf(text, room, "  --%s%s%s", option->name, option->value == NULL ? "" : " ",
                   option->value == NULL ? "" : option->value);
}

static void print_options(FILE *out, const struct sg_subcommand *command)
{
    char text[OPTION_ROOM];
    size_t widest = 0;

    for (size_t n = 0; sg_subcommand_option(command, n) != NULL; n++) {
        write_option(text, sizeof text, sg_subcommand_option(command, n));
        if (strlen(text) > widest)
            widest = strlen(text);
    }
    for (size_t n = 0; sg_subcommand_option(command, n) != NULL; n++) {
        const struct sg_option *option = sg_subcommand_option(command, n);

        write_option(text, sizeof text, option);
        (void)fprintf(out, "%-*s  %s\n", (int)widest, text, option->about);
    }
}

void sg_help_print_command(FILE *out, const struct sg_subcommand *command)
{
    (void)fprintf(out, "usage: sgbridge %s%s%s [OPTIONS]\n%s\n\n", command->name,
                  command->words == NULL ? "" : " ", command->words == NULL ? "" : command->words,
                  command->about);
    print_options(out, command);
    (void)fputc('\n', out);
    if (command->exits != NULL)
        (void)fprintf(out, "Exit codes: %s\n", command->exits);
    for (size_t e = 0; e < 2 && command->examples[e] != NULL; e++)
        (void)fprintf(out, "%ssgbridge %s\n", e == 0 ? "Example: " : "         ",
                      command->examples[e]);
}
