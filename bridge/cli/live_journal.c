/* sgbridge check --live: what a person should know of where the journal lives. */
#include "cli/cli.h"

enum { WIDTH = 80, INDENT = 2 };

/* Words one after the other, each line at most WIDTH characters; those that follow stand in. */
struct paragraph {
    int column;
};

static int width_of(struct sg_str text)
{
    int width = 0;

    for (size_t i = 0; i < text.length; i++)
        width += ((unsigned char)text.at[i] & 0xC0) != 0x80; /* not the rest of a character */
    return width;
}

static void write_word(struct paragraph *paragraph, struct sg_str word)
{
    const int width = width_of(word);

    if (paragraph->column > 0 && paragraph->column + 1 + width > WIDTH) {
        (void)printf("\n%*s", INDENT, "");
        paragraph->column = INDENT;
    } else if (paragraph->column > 0) {
        (void)putchar(' ');
        paragraph->column++;
    }
    (void)printf("%.*s", SG_STR_ARG(word));
    paragraph->column += width;
}

static void write_words(struct paragraph *paragraph, struct sg_str text)
{
    while (text.length > 0) {
        size_t length = 0;

        while (length < text.length && text.at[length] != ' ')
            length++;
        write_word(paragraph, (struct sg_str){text.at, length});
        text = sg_str_skip(text, length < text.length ? length + 1 : length);
    }
}

static void tell(void *owner, enum sg_inspected what, struct sg_str text)
{
    static const char *const heads[] = {[SG_INSPECTED_GOOD] = "journal:",
                                        [SG_INSPECTED_DANGER] = "journal: warning:",
                                        [SG_INSPECTED_WRONG] = "journal: error:"};
    struct paragraph paragraph = {0};
    bool *is_good = owner;

    write_words(&paragraph, sg_str_of(heads[what]));
    write_words(&paragraph, text);
    (void)putchar('\n');
    if (what == SG_INSPECTED_WRONG)
        *is_good = false;
}

int sg_cli_ask_journal(const struct sg_cli *cli, const struct sg_settings *settings)
{
    struct sg_journal_settings journal;
    bool is_good = true;
    struct sg_error err;

    if (!sg_cli_journal_settings(cli->arena, settings, stdout, &journal))
        return SG_EXIT_NO;
    if (!sg_journal_inspect(settings->journal, &journal, tell, &is_good, &err))
        tell(&is_good, SG_INSPECTED_WRONG, sg_str_of(err.text));
    return is_good ? SG_EXIT_OK : SG_EXIT_NO;
}
