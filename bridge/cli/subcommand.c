#include "cli/subcommand.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/suggest.h"
#include "cli/cli.h"

/* What getopt_long(3) gives for the option that a row describes: above every character. */
enum { HELP = 'h', FIRST_VALUE = 256 };

/* The options that commands have in common: the last two every one, the first those with has_json. */
static const struct sg_option COMMON[] = {
    SG_OPTION_FLAG(struct sg_cli, is_json, "json", "one line of JSON, for programs"),
    SG_OPTION_VALUE(struct sg_cli, config, "config", "FILE", "the settings"),
    SG_OPTION_FLAG(struct sg_cli, is_help, "help", "this text"),
};
enum { COMMON_COUNT = sizeof COMMON / sizeof COMMON[0] };

static size_t count_own(const struct sg_subcommand *command)
{
    size_t count = 0;

    while (command->options != NULL && command->options[count].name != NULL)
        count++;
    return count;
}

const struct sg_option *sg_subcommand_option(const struct sg_subcommand *command, size_t n)
{
    const size_t own = count_own(command);

    if (n < own)
        return &command->options[n];
    n = n - own + (command->has_json ? 0 : 1);
    return n < COMMON_COUNT ? &COMMON[n] : NULL;
}

static size_t count_options(const struct sg_subcommand *command)
{
    return count_own(command) + COMMON_COUNT - (command->has_json ? 0 : 1);
}

const struct sg_str *sg_option_choices(struct sg_arena *arena, const struct sg_option *option,
                                       size_t *count)
{
    *count = 0;
    if (option->value == NULL || option->value[0] < 'a' || option->value[0] > 'z')
        return NULL;
    struct sg_str rest = sg_str_of(option->value);
    struct sg_str *choices = sg_arena_get(arena, sg_str_count(rest, '|') + 1, sizeof *choices);

    while (rest.length > 0) {
        size_t length = 0;

        while (length < rest.length && rest.at[length] != '|')
            length++;
        choices[(*count)++] = (struct sg_str){rest.at, length};
        rest = sg_str_skip(rest, length + 1);
    }
    return choices;
}

/* --- saying what is wrong --- */

int sg_subcommand_misused(const struct sg_cli *cli, const char *format, ...)
{
    va_list arguments;

    (void)fprintf(stderr, "sgbridge %s: ", cli->command->name);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fprintf(stderr, "; see sgbridge %s --help\n", cli->command->name);
    return SG_EXIT_USAGE;
}

/* ` (did you mean --json?)`, or nothing. */
static const char *hint(struct sg_arena *arena, const char *dashes, struct sg_str wrong,
                        const struct sg_str *known, size_t count)
{
    const struct sg_str *near = sg_suggest(wrong, known, count);

    if (near == NULL)
        return "";
    return sg_str_c(arena,
                    sg_str_format(arena, " (did you mean %s%.*s?)", dashes, SG_STR_ARG(*near)));
}

static void tell_unknown_option(const struct sg_cli *cli, const char *given)
{
    const size_t count = count_options(cli->command);
    struct sg_str *names = sg_arena_get(cli->arena, count, sizeof *names);
    struct sg_str wrong = sg_str_of(given);
    size_t length = 0;

    while (wrong.length > 0 && wrong.at[0] == '-')
        wrong = sg_str_skip(wrong, 1);
    while (length < wrong.length && wrong.at[length] != '=')
        length++;
    wrong.length = length;
    for (size_t n = 0; n < count; n++)
        names[n] = sg_str_of(sg_subcommand_option(cli->command, n)->name);
    (void)sg_subcommand_misused(cli, "it has no option %s%s", given,
                                hint(cli->arena, "--", wrong, names, count));
}

/* --- reading --- */

static bool is_allowed(const struct sg_cli *cli, const struct sg_option *option, const char *value)
{
    size_t count;
    const struct sg_str *choices = sg_option_choices(cli->arena, option, &count);

    for (size_t c = 0; c < count; c++) {
        if (sg_str_is(choices[c], value))
            return true;
    }
    if (count > 0)
        (void)sg_subcommand_misused(cli, "--%s takes %s, not %s%s", option->name, option->value,
                                    value, hint(cli->arena, "", sg_str_of(value), choices, count));
    return count == 0;
}

/* Into the member that it names, of the command's struct or of what commands have in common. */
static bool keep(struct sg_cli *cli, void *options, size_t n, const char *value)
{
    const struct sg_option *option = sg_subcommand_option(cli->command, n);
    char *base = n < count_own(cli->command) ? options : (char *)cli;
    void *member = base + option->field;

    if (option->value == NULL) {
        bool *is_given = member;
        *is_given = true;
        return true;
    }
    const char **text = member;
    *text = value;
    return is_allowed(cli, option, value);
}

static const struct option *getopt_table(const struct sg_cli *cli)
{
    const size_t count = count_options(cli->command);
    struct option *table = sg_arena_get(cli->arena, count + 1, sizeof *table);

    for (size_t n = 0; n < count; n++) {
        const struct sg_option *option = sg_subcommand_option(cli->command, n);

        table[n] = (struct option){
            .name = option->name,
            .has_arg = option->value == NULL ? no_argument : required_argument,
            .val = FIRST_VALUE + (int)n,
        };
    }
    return table;
}

/* What getopt_long(3) could not make sense of. */
static void tell_wrong(const struct sg_cli *cli, int answer, const char *given)
{
    if (optopt < FIRST_VALUE) {
        tell_unknown_option(cli, given);
        return;
    }
    const struct sg_option *option =
        sg_subcommand_option(cli->command, (size_t)(optopt - FIRST_VALUE));
    if (answer == ':')
        (void)sg_subcommand_misused(cli, "--%s needs a value, %s", option->name, option->value);
    else
        (void)sg_subcommand_misused(cli, "--%s takes no value", option->name);
}

static bool take_words(struct sg_cli *cli, char *const *words, size_t count)
{
    const struct sg_subcommand *command = cli->command;

    if (count < command->least) {
        (void)sg_subcommand_misused(cli, "%s is missing", command->words);
        return false;
    }
    if (count > command->most) {
        (void)sg_subcommand_misused(cli, "%s is one word too many", words[command->most]);
        return false;
    }
    cli->words = words;
    cli->word_count = count;
    return true;
}

bool sg_subcommand_read(const struct sg_subcommand *command, int argc, char **argv,
                        struct sg_cli *cli)
{
    void *options = sg_arena_get(cli->arena, 1, command->options_size + 1);
    int answer;

    cli->command = command;
    cli->options = options;
    const struct option *table = getopt_table(cli);
    opterr = 0;
    while ((answer = getopt_long(argc, argv, ":h", table, NULL)) != -1) {
        if (answer == HELP) {
            cli->is_help = true;
            return true;
        }
        if (answer < FIRST_VALUE) {
            tell_wrong(cli, answer, argv[optind - 1]);
            return false;
        }
        if (!keep(cli, options, (size_t)(answer - FIRST_VALUE), optarg))
            return false;
        if (cli->is_help)
            return true;
    }
    return take_words(cli, argv + optind, (size_t)(argc - optind));
}

/* --- finding --- */

/* How many of the words a command's name is made of, one or two; 0 when they are not its name. */
static size_t match(const char *name, size_t count, const char *const *words)
{
    const char *space = strchr(name, ' ');

    if (space == NULL)
        return strcmp(name, words[0]) == 0 ? 1 : 0;
    const size_t length = (size_t)(space - name);
    const bool is_it = count > 1 && strlen(words[0]) == length &&
                       strncmp(name, words[0], length) == 0 && strcmp(space + 1, words[1]) == 0;
    return is_it ? 2 : 0;
}

const struct sg_subcommand *sg_subcommand_find(const struct sg_subcommand *const *commands,
                                               size_t count, const char *const *words, size_t *used)
{
    for (size_t c = 0; count > 0 && commands[c] != NULL; c++) {
        *used = match(commands[c]->name, count, words);
        if (*used > 0)
            return commands[c];
    }
    return NULL;
}

/* The first of a name's words is there: the second is missing or wrong. */
static const struct sg_subcommand *find_begun(const struct sg_subcommand *const *commands,
                                              const char *word)
{
    const size_t length = strlen(word);

    for (; *commands != NULL; commands++) {
        if (strncmp((*commands)->name, word, length) == 0 && (*commands)->name[length] == ' ')
            return *commands;
    }
    return NULL;
}

void sg_subcommand_tell_unknown(struct sg_arena *arena, const struct sg_subcommand *const *commands,
                                const char *word)
{
    const struct sg_subcommand *begun = find_begun(commands, word);
    size_t count = 0;

    while (commands[count] != NULL)
        count++;
    struct sg_str *names = sg_arena_get(arena, count, sizeof *names);
    for (size_t c = 0; c < count; c++)
        names[c] = sg_str_of(commands[c]->name);
    if (word[0] == '-')
        (void)fputs("sgbridge: a command comes first, options follow it", stderr);
    else if (begun != NULL)
        (void)fprintf(stderr, "sgbridge: there is no command %s (did you mean %s?)", word,
                      begun->name);
    else
        (void)fprintf(stderr, "sgbridge: there is no command %s%s", word,
                      hint(arena, "", sg_str_of(word), names, count));
    (void)fputs("; see sgbridge --help\n", stderr);
}
