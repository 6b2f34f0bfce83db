/* sgbridge replay --dry-run: what would be sent, and what differs from what was sent before. */
#include "base/buffer.h"
#include "base/mask.h"
#include "cli/behind.h"
#include "cli/rehearse.h"
#include "cli/replay.h"
#include "cli/screen.h"
#include "connectors/catalog.h"
#include "tree/difference.h"

enum { SHOWN_MAX = 10, INDENT = 8 };

/* How all of them would end. */
struct dry_run {
    struct sg_handover *handover;
    struct sg_rehearsal rehearsal;
    struct sg_screen screen;
    int64_t sent, failed, skipped, shown;
};

/* --- what differs --- */

/* Of one delivery. */
struct printing {
    const struct dry_run *run;
    int count;
};

static void print_line(const struct dry_run *run, const char *mark, struct sg_str pointer,
                       const struct sg_node *leaf)
{
    struct sg_arena *arena = run->rehearsal.cli->arena;
    const struct sg_str text = sg_mask_text(arena, sg_difference_text(leaf));

    sg_screen_paragraph(&run->screen, mark, INDENT,
                        sg_str_format(arena, "%.*s: %.*s", SG_STR_ARG(pointer), SG_STR_ARG(text)));
}

/* `-` what was sent, `+` what would be; what is the same is not shown. */
static void print_difference(void *owner, const struct sg_difference *difference)
{
    struct printing *printing = owner;

    printing->count++;
    if (difference->before != NULL)
        print_line(printing->run, "  - ", difference->pointer, difference->before);
    if (difference->after != NULL)
        print_line(printing->run, "  + ", difference->pointer, difference->after);
}

/* --- one delivery --- */

/* What was sent before is kept while it is open; of what was delivered it is not. */
static const struct sg_node *input_before(struct sg_arena *arena,
                                          const struct sg_delivery *delivery)
{
    const struct sg_node *input = NULL;
    struct sg_request request;
    struct sg_error err;

    if (delivery->request.length == 0 ||
        !sg_request_restore(arena, delivery->request, &request, &input, &err))
        return NULL;
    return input;
}

static void print_sent(const struct dry_run *run, const struct sg_rehearsed *it)
{
    struct sg_arena *arena = run->rehearsal.cli->arena;
    const struct sg_node *sent = input_before(arena, &it->delivery);
    struct printing printing = {.run = run};

    sg_difference_each(arena, sent, it->prepared.input, print_difference, &printing);
    if (sent != NULL && printing.count == 0)
        (void)puts("  the same as was sent before");
    else if (sent == NULL)
        (void)puts(it->delivery.attempts == 0 ? "  it was never sent before"
                                              : "  what was sent before is not kept");
    if (it->url_missing.length > 0 && it->prepared.request.file_count > 0)
        (void)printf("  that its files are on %.*s's host was not checked, for %.*s\n",
                     SG_STR_ARG(it->delivery.event.system), SG_STR_ARG(it->url_missing));
}

static void print_one(struct dry_run *run, const struct sg_rehearsed *it)
{
    const struct sg_cli *cli = run->rehearsal.cli;
    const struct sg_prepared *prepared = &it->prepared;
    struct sg_str head =
        sg_str_format(cli->arena, "delivery %lld, ticket %.*s: ", (long long)it->delivery.id,
                      SG_STR_ARG(it->delivery.ticket));

    sg_screen_paragraph(&run->screen, sg_str_c(cli->arena, head), 2,
                        sg_rehearsed_text(cli->arena, it));
    if (prepared->state == SG_DELIVERY_PENDING)
        print_sent(run, it);
    else if (prepared->place.file != NULL)
        (void)printf("  at %s:%d:%d %.*s\n", prepared->place.file, prepared->place.line,
                     prepared->place.column, SG_STR_ARG(prepared->pointer));
}

static bool rehearse_one(struct dry_run *run, int64_t delivery)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_cli *cli = run->rehearsal.cli;
    const struct sg_rehearsing wanted = {
        .arena = arena, .delivery = delivery, .is_again = run->handover->command.again};
    struct sg_rehearsed it;
    bool is_there = false;

    if (!sg_rehearse(&run->rehearsal, &wanted, &it, &is_there))
        return false;
    if (!is_there) {
        (void)printf("there is no delivery %lld\n", (long long)delivery);
        return true;
    }
    run->sent += it.prepared.state == SG_DELIVERY_PENDING;
    run->failed += it.prepared.state == SG_DELIVERY_FAILED;
    run->skipped += it.prepared.state > SG_DELIVERY_FAILED;
    if (run->shown >= SHOWN_MAX)
        return true;
    run->shown++;
    print_one(run, &it);
    sg_behind_print(cli, run->rehearsal.settings, &delivery, 1, true);
    return true;
}

static bool rehearse_all(struct dry_run *run)
{
    int64_t ids[SG_COMMAND_DELIVERIES_MAX];
    struct sg_view_page page = {.ids = ids, .room = SG_COMMAND_DELIVERIES_MAX};

    do {
        if (!run->handover->next(run->handover->owner, &page))
            return false;
        for (size_t d = 0; d < page.count; d++) {
            if (!rehearse_one(run, ids[d]))
                return false;
        }
    } while (page.count > 0);
    return true;
}

int sg_replay_rehearse(struct sg_handover *handover)
{
    struct dry_run run = {.handover = handover,
                          .screen = sg_screen_of(handover->cli->arena, stdout)};

    if (handover->command.kind != SG_COMMAND_REPLAY) {
        (void)printf("%lld events would go through %.*s; `sgbridge replay` with --dry-run shows "
                     "failed ones alone\n",
                     (long long)handover->total, SG_STR_ARG(handover->command.mapping));
        return SG_EXIT_OK;
    }
    if (!sg_rehearsal_open(handover->cli, handover->settings, false, &run.rehearsal))
        return SG_EXIT_UNABLE;
    const bool is_good = rehearse_all(&run);

    sg_rehearsal_close(&run.rehearsal);
    if (!is_good)
        return SG_EXIT_UNABLE;
    (void)printf("%lld would be sent, %lld would fail, %lld would be left out; nothing was sent\n",
                 (long long)run.sent, (long long)run.failed, (long long)run.skipped);
    return run.failed > 0 ? SG_EXIT_NO : SG_EXIT_OK;
}

bool sg_replay_find_record(const struct sg_cli *cli, const struct sg_settings *settings,
                           struct sg_unsent_events *events)
{
    struct sg_rehearsal rehearsal;

    if (!sg_rehearsal_open(cli, settings, false, &rehearsal))
        return false;
    const struct sg_mapping *mapping = sg_catalog_mapping(rehearsal.catalog, events->mapping);
    if (mapping != NULL) {
        events->system = sg_str_copy(cli->arena, sg_mapping_from_system(mapping));
        events->record = sg_str_copy(cli->arena, sg_mapping_from_record(mapping));
    } else {
        (void)fprintf(stderr, "sgbridge: there is no mapping %.*s in %s\n",
                      SG_STR_ARG(events->mapping), settings->mappings);
    }
    sg_rehearsal_close(&rehearsal);
    return mapping != NULL;
}
