#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "cli/cli.h"
#include "cli/help.h"

/* What is typed and not yet whole. */
static void offer(const char *candidate, size_t length, const char *begun)
{
    if (strncmp(candidate, begun, strlen(begun)) == 0)
        (void)printf("%.*s\n", (int)length, candidate);
}

/* The next word of each command's name, when those before it are the `done` ones. */
static void offer_commands(const struct sg_subcommand *const *commands, const char *done,
                           const char *begun)
{
    const size_t length = strlen(done);
    struct sg_str last = {0};

    for (; *commands != NULL; commands++) {
        if (strncmp((*commands)->name, done, length) != 0)
            continue;
        const char *rest = (*commands)->name + length;
        const struct sg_str word = {rest, strcspn(rest, " ")};
        if (!sg_str_equal(word, last)) /* two that begin with one word stand together */
            offer(word.at, word.length, begun);
        last = word;
    }
}

static void offer_options(const struct sg_subcommand *command, const char *begun)
{
    const char *name = strncmp(begun, "--", 2) == 0 ? begun + 2 : "";

    for (size_t n = 0; sg_subcommand_option(command, n) != NULL; n++) {
        const struct sg_option *option = sg_subcommand_option(command, n);

        if (strncmp(option->name, name, strlen(name)) == 0)
            (void)printf("--%s\n", option->name);
    }
}

/* The option that `word` is and that a value must follow; NULL: none. */
static const struct sg_option *find_waiting(const struct sg_subcommand *command, const char *word)
{
    for (size_t n = 0; sg_subcommand_option(command, n) != NULL; n++) {
        const struct sg_option *option = sg_subcommand_option(command, n);

        if (option->value != NULL && strncmp(word, "--", 2) == 0 &&
            strcmp(word + 2, option->name) == 0)
            return option;
    }
    return NULL;
}

static void offer_value(struct sg_arena *arena, const struct sg_option *option, const char *begun)
{
    size_t count;
    const struct sg_str *choices = sg_option_choices(arena, option, &count);

    for (size_t c = 0; c < count; c++)
        offer(choices[c].at, choices[c].length, begun);
    if (strcmp(option->value, "FILE") == 0 || strcmp(option->value, "DIR") == 0)
        (void)printf("<%s>\n", option->value);
}

static void complete_command(struct sg_arena *arena, const struct sg_subcommand *command,
                             const char *before, const char *begun)
{
    const struct sg_option *waiting = find_waiting(command, before);

    if (waiting != NULL)
        offer_value(arena, waiting, begun);
    else if (begun[0] != '-' && command->words != NULL && strstr(command->words, "FILE") != NULL)
        (void)puts("<FILE>");
    else if (begun[0] != '-' && command->words != NULL && strcmp(command->words, "[DIR]") == 0)
        (void)puts("<DIR>");
    else
        offer_options(command, begun);
}

/* bash takes `--config=FILE` for three words: without the middle one it reads as `--config FILE`. */
static size_t drop_equal_signs(size_t count, const char *const *words, const char **kept)
{
    size_t left = 0;

    for (size_t w = 0; w < count; w++) {
        const bool is_equal_sign = strcmp(words[w], "=") == 0;

        if (!is_equal_sign || w + 1 == count)
            kept[left++] = is_equal_sign ? "" : words[w];
    }
    return left;
}

static const char *joined(struct sg_arena *arena, const char *const *words, size_t count)
{
    struct sg_buffer out = {.arena = arena};

    for (size_t w = 0; w < count; w++)
        sg_buffer_add_format(&out, "%s ", words[w]);
    return sg_buffer_c(&out);
}

void sg_help_complete(struct sg_arena *arena, const struct sg_subcommand *const *commands,
                      size_t count, const char *const *words)
{
    const char **kept = sg_arena_get(arena, count + 1, sizeof *kept);
    size_t used;

    count = drop_equal_signs(count, words, kept);
    if (count == 0)
        return;
    const char *begun = kept[count - 1];
    const struct sg_subcommand *command = sg_subcommand_find(commands, count - 1, kept, &used);
    if (command != NULL) {
        complete_command(arena, command, kept[count - 2], begun);
        return;
    }
    const size_t skipped = count > 1 && strcmp(kept[0], "help") == 0 ? 1 : 0;
    offer_commands(commands, joined(arena, kept + skipped, count - 1 - skipped), begun);
    if (count == 1) {
        static const char *const others[] = {"help", "--help", "--version"};

        for (size_t o = 0; o < sizeof others / sizeof others[0]; o++)
            offer(others[o], strlen(others[o]), begun);
    }
}
