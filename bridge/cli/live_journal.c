/* sgbridge check --live: what a person should know of where the journal lives. */
#include "cli/cli.h"
#include "cli/screen.h"

enum { INDENT = 2 };

/* Where what is found is told, and whether all of it is good. */
struct telling {
    struct sg_screen screen;
    bool is_good;
};

static void tell(void *owner, enum sg_inspected what, struct sg_str text)
{
    static const char *const heads[] = {[SG_INSPECTED_GOOD] = "journal: ",
                                        [SG_INSPECTED_DANGER] = "journal: warning: ",
                                        [SG_INSPECTED_WRONG] = "journal: error: "};
    struct telling *telling = owner;

    sg_screen_paragraph(&telling->screen, heads[what], INDENT, text);
    if (what == SG_INSPECTED_WRONG)
        telling->is_good = false;
}

int sg_cli_ask_journal(const struct sg_cli *cli, const struct sg_settings *settings)
{
    struct sg_journal_settings journal;
    struct telling telling = {sg_screen_of(cli->arena, stdout), true};
    struct sg_error err;

    if (!sg_cli_journal_settings(cli->arena, settings, stdout, &journal))
        return SG_EXIT_NO;
    if (!sg_journal_inspect(settings->journal, &journal, tell, &telling, &err))
        tell(&telling, SG_INSPECTED_WRONG, sg_str_of(err.text));
    return telling.is_good ? SG_EXIT_OK : SG_EXIT_NO;
}
