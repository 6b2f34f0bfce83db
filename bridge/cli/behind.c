#include "cli/behind.h"

#include "base/buffer.h"
#include "cli/answers.h"
#include "cli/rehearse.h"
#include "cli/screen.h"

enum { SHOWN_MAX = 5, INDENT = 8 };

static const char *const NEXT[] = {"#id", "mapping", NULL};

/* What waits behind one delivery, as it would go. */
struct behind {
    struct sg_rehearsal *rehearsal;
    struct sg_screen screen;
    struct sg_str linked; /* the system of which a link is made before them */
    int shown;
};

static void print_next(struct behind *behind, const struct sg_node *row)
{
    struct sg_arena *arena = behind->rehearsal->cli->arena;
    const struct sg_rehearsing wanted = {
        .arena = arena, .delivery = sg_answers_number(row, "id"), .linked = behind->linked};
    struct sg_rehearsed next;
    bool is_there = false;

    if (!sg_rehearse(behind->rehearsal, &wanted, &next, &is_there) || !is_there)
        return;
    struct sg_str line =
        sg_str_format(arena, "%.*s (delivery %lld) → %.*s", SG_STR_ARG(next.delivery.mapping),
                      (long long)wanted.delivery, SG_STR_ARG(sg_rehearsed_text(arena, &next)));
    sg_screen_paragraph(&behind->screen, "then: ", INDENT, line);
    if (next.opens_link && next.prepared.state == SG_DELIVERY_PENDING)
        behind->linked = next.delivery.target;
    behind->shown++;
}

static void print_behind(struct behind *behind, int64_t delivery)
{
    const struct sg_cli *cli = behind->rehearsal->cli;
    struct sg_str id = sg_str_format(cli->arena, "%lld", (long long)delivery);
    const struct sg_node *rows =
        sg_answers_rows(cli, behind->rehearsal->view, SG_VIEW_NEXT, id, NEXT);
    const struct sg_node *row = rows == NULL ? NULL : rows->first;

    for (; row != NULL && behind->shown < SHOWN_MAX; row = row->next)
        print_next(behind, row);
    if (row != NULL)
        (void)puts("then: and more, as `sgbridge trace` of the ticket shows");
}

/* Whether the delivery itself makes a link, of which those behind it know. */
static struct sg_str link_made_by(const struct sg_rehearsal *rehearsal, int64_t delivery)
{
    struct sg_rehearsed first;
    bool is_there = false;

    if (!sg_rehearse(rehearsal,
                     &(struct sg_rehearsing){.arena = rehearsal->cli->arena, .delivery = delivery},
                     &first, &is_there) ||
        !is_there || !first.opens_link || first.prepared.state != SG_DELIVERY_PENDING)
        return (struct sg_str){0};
    return first.delivery.target;
}

void sg_behind_print(const struct sg_cli *cli, const struct sg_settings *settings,
                     const int64_t *deliveries, size_t count, bool are_sent)
{
    struct sg_rehearsal rehearsal;
    struct behind behind = {.rehearsal = &rehearsal, .screen = sg_screen_of(cli->arena, stdout)};

    if (!sg_rehearsal_open(cli, settings, true, &rehearsal))
        return; /* with wrong files nobody knows, and the command has said what was done */
    for (size_t d = 0; d < count && behind.shown < SHOWN_MAX; d++) {
        if (are_sent)
            behind.linked = link_made_by(&rehearsal, deliveries[d]);
        print_behind(&behind, deliveries[d]);
    }
    sg_rehearsal_close(&rehearsal);
}
