#include "cli/behind.h"

#include "base/buffer.h"
#include "cli/answers.h"

enum { SHOWN_MAX = 5 };

static const char *const BEHIND[] = {"#delivery", "mapping", "target", NULL};

static int print_one(const struct sg_cli *cli, struct sg_view *view, int64_t delivery, int shown)
{
    struct sg_str id = sg_str_format(cli->arena, "%lld", (long long)delivery);
    const struct sg_node *rows = sg_answers_rows(cli, view, SG_VIEW_BEHIND, id, BEHIND);
    const struct sg_node *row = rows == NULL ? NULL : rows->first;

    for (; row != NULL && shown < SHOWN_MAX; row = row->next, shown++)
        (void)printf("then: %.*s to %.*s (delivery %.*s)\n",
                     SG_STR_ARG(sg_answers_text(row, "mapping")),
                     SG_STR_ARG(sg_answers_text(row, "target")),
                     SG_STR_ARG(sg_answers_text(row, "delivery")));
    if (row != NULL)
        (void)puts("then: and more, as `sgbridge trace` of the ticket shows");
    return shown;
}

void sg_behind_print(const struct sg_cli *cli, const struct sg_settings *settings,
                     const int64_t *deliveries, size_t count)
{
    struct sg_view *view = NULL;
    struct sg_error err;
    int shown = 0;

    if (!sg_view_open(settings->journal, settings->state, &view, &err))
        return; /* the command itself has been carried out, or has said so */
    for (size_t d = 0; d < count && shown < SHOWN_MAX; d++)
        shown = print_one(cli, view, deliveries[d], shown);
    sg_view_close(view);
}
