/** What a subcommand is: described once, for its words to be read, for --help and for completion. */
#ifndef SG_CLI_SUBCOMMAND_H
#define SG_CLI_SUBCOMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

struct sg_cli;

/**
 * An option, `--name` or `--name VALUE`. Where it goes is a member of the command's own struct,
 * zeroed before: a bool without a value, a `const char *` with one.
 */
struct sg_option {
    const char *name;
    const char *value; /* as --help calls it: `N`; `FILE` and `DIR` are completed; in lower case the
                          words that it may be: `target|mapping`. NULL: the option takes none */
    const char *about; /* one line */
    size_t field;      /* where in the struct */
};

/** A row of a command's options: `SG_OPTION_FLAG(struct options, is_live, "live", "asks …")`. */
#define SG_OPTION_FLAG(type, member, name, about)                                           \
    {                                                                                       \
        (name), NULL, (about), _Generic(((type *)0)->member, bool : offsetof(type, member)) \
    }
#define SG_OPTION_VALUE(type, member, name, value, about)                       \
    {                                                                           \
        (name), (value), (about), _Generic(((type *)0)->member, const char *  \
                                           : offsetof(type, member)) \
    }

/** Under which head `sgbridge --help` lists a command. */
enum sg_subcommand_group {
    SG_SUBCOMMAND_DAILY,
    SG_SUBCOMMAND_ACTING,
    SG_SUBCOMMAND_INTEGRATOR,
    SG_SUBCOMMAND_SERVICE
};

struct sg_subcommand {
    const char *name; /* one word, or two: `journal copy` */
    enum sg_subcommand_group group;
    const char *brief;       /* what it does, for the list: at most 56 characters */
    const char *about;       /* the same in one to three lines of at most 80 */
    const char *words;       /* what must or may follow, as usage shows it: `TICKET`, `[DIR]` */
    size_t least, most;      /* how many words that are no options it takes */
    const char *exits;       /* what its exit codes mean, where that is not plain; or NULL */
    const char *examples[2]; /* without `sgbridge`; NULL: none */
    bool has_json;           /* takes --json; --config and --help each of them takes */
    const struct sg_option *options;      /* its own; a row without a name ends them. NULL: none */
    size_t options_size;                  /* of the struct that they go to */
    int (*run)(const struct sg_cli *cli); /* gives an exit code */
};

/** Its n-th option, its own before the common ones; NULL when there is none. */
const struct sg_option *sg_subcommand_option(const struct sg_subcommand *command, size_t n);

/** The words that an option's value may be, `*count` of them; none when it may be anything. */
const struct sg_str *sg_option_choices(struct sg_arena *arena, const struct sg_option *option,
                                       size_t *count);

/** The command that the first of `count` words name, and how many those are; NULL when none is.
 * `commands` ends with NULL. */
const struct sg_subcommand *sg_subcommand_find(const struct sg_subcommand *const *commands,
                                               size_t count, const char *const *words,
                                               size_t *used);

/** Says on standard error that `word` begins no command, and which may be meant. */
void sg_subcommand_tell_unknown(struct sg_arena *arena, const struct sg_subcommand *const *commands,
                                const char *word);

/**
 * Reads what follows the command's name into `cli`, and its options into a struct that lives as long
 * as `cli->arena`. `argv[0]` is not looked at. Moves words before options, as getopt_long(3) does.
 * False after saying on standard error what is wrong and what may be meant; not so for --help, which
 * sets `cli->is_help` and stops there.
 */
SG_MUST_USE bool sg_subcommand_read(const struct sg_subcommand *command, int argc, char **argv,
                                    struct sg_cli *cli);

/**
 * For what a command itself finds wrong with its words: says so in one sentence on standard error,
 * and how to see its help. Gives SG_EXIT_USAGE.
 */
int sg_subcommand_misused(const struct sg_cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
