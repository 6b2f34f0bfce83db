/* sgbridge failed DELIVERY: what failed, where and why (design.md, promise 5), and what to type. */
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "cli/acts.h"
#include "cli/failed.h"
#include "cli/record.h"
#include "cli/submit.h"
#include "cli/typed.h"
#include "tree/json.h"

enum { INDENT = 10, WHY_ROOM = 500 };

static const char *const DELIVERY[] = {
    "#id",        "state",     "ticket",   "#round",    "mapping",   "target",    "source",
    "record",     "record_id", "version",  "#attempts", "#taken_at", "#first_at", "#last_at",
    "#failed_at", "#ended_at", "reason",   "said",      "file",      "#line",     "#column",
    "pointer",    "#in_doubt", "map_hash", NULL};
static const char *const BODY[] = {"body", NULL};
static const char *const BEHIND[] = {"#count", NULL};
static const char *const NEXT[] = {"#id",    "mapping",   "state", "source",
                                   "record", "record_id", NULL};

/* All that is known of one. */
struct shown {
    const struct sg_cli *cli;
    const struct sg_settings *settings;
    struct sg_screen screen;
    struct sg_node *delivery; /* NULL: there is none of that id */
    struct sg_node *next, *acts;
    int64_t behind;
    const struct sg_node *record; /* NULL: its time is over, or it is no JSON */
    bool is_masked;
};

static struct sg_str text(const struct shown *shown, const char *member)
{
    return sg_answers_text(shown->delivery, member);
}

/* A record as it came, if it can be read. */
static const struct sg_node *record_of(const struct shown *shown, const struct sg_node *bodies)
{
    const struct sg_node *record = NULL;
    struct sg_error err;

    if (bodies->first == NULL ||
        !sg_json_read(shown->cli->arena, sg_answers_text(bodies->first, "body"), NULL, &record,
                      &err))
        return NULL;
    return record;
}

static bool ask(struct shown *shown, struct sg_view *view)
{
    const struct sg_cli *cli = shown->cli;
    const struct sg_str id = sg_str_of(cli->words[0]);
    const struct sg_node *found = sg_answers_rows(cli, view, SG_VIEW_DELIVERY, id, DELIVERY);
    const struct sg_node *behind = sg_answers_rows(cli, view, SG_VIEW_BEHIND, id, BEHIND);
    const struct sg_node *bodies = sg_answers_rows(cli, view, SG_VIEW_BODY, id, BODY);

    shown->next = sg_answers_rows(cli, view, SG_VIEW_NEXT, id, NEXT);
    shown->acts = sg_answers_rows(cli, view, SG_VIEW_ACTS_OF, id, SG_ACTS_COLUMNS);
    if (found == NULL || behind == NULL || bodies == NULL || shown->next == NULL ||
        shown->acts == NULL)
        return false;
    shown->delivery = found->first;
    shown->behind = sg_answers_number(behind->first, "count");
    shown->record = record_of(shown, bodies);
    return true;
}

/* --- a record as it is --- */

static struct sg_str ask_why(struct sg_arena *arena)
{
    char line[WHY_ROOM];

    (void)fputs("This shows a citizen's data. Why? It is kept in the journal: ", stderr);
    if (fgets(line, sizeof line, stdin) == NULL)
        return (struct sg_str){0};
    return sg_screen_clean(arena, (struct sg_str){line, strcspn(line, "\n")});
}

/* Writes down who looks, and why, before anything is seen. */
static int unmask(struct shown *shown)
{
    const struct sg_failed_options *options = shown->cli->options;
    const int64_t id = sg_answers_number(shown->delivery, "id");
    struct sg_command command = {.kind = SG_COMMAND_UNMASK, .deliveries = &id, .count = 1};

    if (options->why != NULL)
        command.why = sg_str_of(options->why);
    else if (isatty(STDIN_FILENO) != 0)
        command.why = ask_why(shown->cli->arena);
    if (command.why.length == 0)
        return sg_subcommand_misused(shown->cli, "--unmask needs a reason: --why TEXT");
    if (!sg_submit(shown->cli, shown->settings, &command))
        return SG_EXIT_UNABLE;
    shown->is_masked = false;
    return SG_EXIT_OK;
}

/* --- for people --- */

static void print_fact(const struct shown *shown, const char *head, struct sg_str fact)
{
    struct sg_arena *arena = shown->cli->arena;

    if (fact.length > 0)
        sg_screen_paragraph(&shown->screen,
                            sg_str_c(arena, sg_str_format(arena, "%-*s", INDENT, head)), INDENT,
                            fact);
}

static struct sg_str time_of(const struct shown *shown, const struct sg_node *row,
                             const char *member)
{
    return sg_answers_time(shown->cli, shown->settings, sg_answers_number(row, member));
}

static void print_place(const struct shown *shown)
{
    if (text(shown, "file").length > 0)
        print_fact(shown, "rule",
                   sg_str_format(shown->cli->arena, "%.*s:%.*s:%.*s %.*s",
                                 SG_STR_ARG(text(shown, "file")), SG_STR_ARG(text(shown, "line")),
                                 SG_STR_ARG(text(shown, "column")),
                                 SG_STR_ARG(text(shown, "pointer"))));
}

static void print_facts(const struct shown *shown)
{
    struct sg_arena *arena = shown->cli->arena;

    print_fact(shown, "why", text(shown, "reason"));
    print_fact(shown, "it said", text(shown, "said"));
    print_place(shown);
    print_fact(shown, "mapping",
               sg_str_format(arena, "%.*s, a call of %.*s", SG_STR_ARG(text(shown, "mapping")),
                             SG_STR_ARG(text(shown, "target"))));
    print_fact(shown, "event",
               sg_str_format(arena, "%.*s.%.*s %.*s, version %.*s, round %.*s",
                             SG_STR_ARG(text(shown, "source")), SG_STR_ARG(text(shown, "record")),
                             SG_STR_ARG(text(shown, "record_id")),
                             SG_STR_ARG(text(shown, "version")), SG_STR_ARG(text(shown, "round"))));
    if (sg_answers_number(shown->delivery, "attempts") == 0) {
        print_fact(shown, "calls", SG_STR("none was made"));
        return;
    }
    print_fact(shown, "calls",
               sg_str_format(arena, "%.*s, the first %.*s", SG_STR_ARG(text(shown, "attempts")),
                             SG_STR_ARG(time_of(shown, shown->delivery, "first_at"))));
    print_fact(shown, "",
               sg_str_format(arena, "the last %.*s",
                             SG_STR_ARG(time_of(shown, shown->delivery, "last_at"))));
}

static void print_behind(const struct shown *shown)
{
    struct sg_arena *arena = shown->cli->arena;

    if (shown->behind == 0)
        return;
    print_fact(shown, "held",
               sg_str_format(arena, "%.*s of this ticket wait for it:",
                             SG_STR_ARG(sg_answers_count(arena, shown->behind))));
    for (const struct sg_node *row = shown->next->first; row != NULL; row = row->next)
        print_fact(shown, "",
                   sg_str_format(arena, "delivery %.*s, %.*s, of %.*s.%.*s %.*s",
                                 SG_STR_ARG(sg_answers_text(row, "id")),
                                 SG_STR_ARG(sg_answers_text(row, "mapping")),
                                 SG_STR_ARG(sg_answers_text(row, "source")),
                                 SG_STR_ARG(sg_answers_text(row, "record")),
                                 SG_STR_ARG(sg_answers_text(row, "record_id"))));
    if (shown->behind > (int64_t)shown->next->count)
        print_fact(shown, "", SG_STR("and more: see its trace"));
}

static void print_acts(const struct shown *shown)
{
    for (const struct sg_node *act = shown->acts->first; act != NULL; act = act->next)
        print_fact(shown, act == shown->acts->first ? "people" : "",
                   sg_str_format(shown->cli->arena, "%.*s %.*s",
                                 SG_STR_ARG(sg_answers_minute(shown->cli, shown->settings,
                                                              sg_answers_number(act, "at"))),
                                 SG_STR_ARG(sg_acts_sentence(shown->cli->arena, act))));
}

static void print_record(const struct shown *shown)
{
    if (shown->record == NULL) {
        (void)puts("record    is not kept any more, or no JSON");
        return;
    }
    (void)puts(shown->is_masked ? "record    masked; --unmask shows it as it is, and keeps why"
                                : "record    as it is; who looked, and why, is kept");
    sg_record_print(&shown->screen, shown->record, shown->is_masked);
}

static void print_next(const struct shown *shown)
{
    struct sg_buffer ticket = {.arena = shown->cli->arena};
    const int64_t id = sg_answers_number(shown->delivery, "id");

    if (sg_answers_number(shown->delivery, "in_doubt") != 0)
        (void)printf("\nit may have been done; look into %.*s, then type one of these\n"
                     "  sgbridge resolve %lld --done CASE\n"
                     "  sgbridge resolve %lld --not-done\n",
                     SG_STR_ARG(text(shown, "target")), (long long)id, (long long)id);
    else
        (void)printf("\nnext, one of these\n  sgbridge replay %lld\n", (long long)id);
    (void)printf("  sgbridge discard %lld --why '…'\n", (long long)id);
    if (text(shown, "ticket").length == 0)
        return;
    sg_typed_add(&ticket, text(shown, "ticket"));
    (void)printf("  sgbridge trace%s\n", sg_buffer_c(&ticket));
}

static void print_text(const struct shown *shown)
{
    struct sg_arena *arena = shown->cli->arena;
    const struct sg_str ticket = text(shown, "ticket");

    print_fact(shown, "failed",
               sg_str_format(arena, "delivery %.*s%s%.*s, %.*s", SG_STR_ARG(text(shown, "id")),
                             ticket.length > 0 ? " of ticket " : ", of no ticket that is known",
                             SG_STR_ARG(ticket),
                             SG_STR_ARG(time_of(shown, shown->delivery, "failed_at"))));
    print_facts(shown);
    print_behind(shown);
    print_acts(shown);
    print_record(shown);
    print_next(shown);
}

static void print_json(const struct shown *shown)
{
    struct sg_arena *arena = shown->cli->arena;
    struct sg_node *out = shown->delivery;
    struct sg_node *record = sg_node_new(arena, SG_NODE_NULL);

    if (shown->record != NULL)
        record = shown->is_masked ? sg_record_mask(arena, shown->record)
                                  : sg_node_share(arena, shown->record);
    (void)sg_node_add(out, SG_STR("behind"), sg_node_number(arena, shown->behind));
    (void)sg_node_add(out, SG_STR("next"), shown->next);
    (void)sg_node_add(out, SG_STR("acts"), shown->acts);
    (void)sg_node_add(out, SG_STR("content"), record);
    sg_answers_print_json(shown->cli, out);
}

/* Why there is nothing to show; SG_EXIT_OK when there is. */
static int check(const struct shown *shown)
{
    if (shown->delivery == NULL) {
        (void)fprintf(stderr, "sgbridge: there is no delivery %s in the journal\n",
                      shown->cli->words[0]);
        return SG_EXIT_NO;
    }
    if (sg_str_is(text(shown, "state"), "failed"))
        return SG_EXIT_OK;
    (void)fprintf(
        stderr, "sgbridge: delivery %s has not failed: it is %.*s; see sgbridge trace %.*s\n",
        shown->cli->words[0], SG_STR_ARG(text(shown, "state")), SG_STR_ARG(text(shown, "ticket")));
    return SG_EXIT_NO;
}

int sg_failed_show(const struct sg_cli *cli, const struct sg_settings *settings,
                   struct sg_view *view)
{
    const struct sg_failed_options *options = cli->options;
    struct shown shown = {.cli = cli,
                          .settings = settings,
                          .screen = sg_screen_of(cli->arena, stdout),
                          .is_masked = true};
    int64_t *ids;
    size_t count;

    if (!sg_submit_read_ids(cli, &ids, &count))
        return SG_EXIT_USAGE;
    if (!ask(&shown, view))
        return SG_EXIT_UNABLE;
    int code = check(&shown);
    if (code == SG_EXIT_OK && options->unmask)
        code = unmask(&shown);
    if (code != SG_EXIT_OK)
        return code;
    if (cli->is_json)
        print_json(&shown);
    else
        print_text(&shown);
    return SG_EXIT_OK;
}
