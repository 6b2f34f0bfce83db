/* sgbridge trace TICKET: what happened to it, in order, from the journal alone. */
#include "base/buffer.h"
#include "cli/acts.h"
#include "cli/screen.h"

enum { INDENT = 7 }; /* of the further lines of what was said */

static const char *const ROUNDS[] = {"#round", "value", NULL};
static const char *const LINKS[] = {"#round", "system", "id", "#since", NULL};
static const char *const EVENTS[] = {"#seq",      "#at",     "system", "record",
                                     "record_id", "version", "#round", NULL};
static const char *const DELIVERIES[] = {
    "#seq",      "#id",    "mapping",    "target", "state",   "#attempts", "#first_at", "#last_at",
    "#ended_at", "reason", "file",       "#line",  "#column", "pointer",   "said",      "#next_at",
    "map_hash",  "#event", "#map_since", "map_by", "map_how", NULL};
static const char *const PAUSES[] = {"scope",  "name", "who", "#since",
                                     "#until", "why",  "#id", NULL};

struct trace {
    const struct sg_settings *settings;
    struct sg_screen screen;
    struct sg_node *rounds, *links, *events, *deliveries, *acts, *standing;
    const struct sg_node *pauses;
};

static bool ask(const struct sg_cli *cli, struct sg_view *view, struct trace *trace)
{
    struct sg_str ticket = sg_str_of(cli->words[0]);

    trace->rounds = sg_answers_rows(cli, view, SG_VIEW_ROUNDS, ticket, ROUNDS);
    trace->links = sg_answers_rows(cli, view, SG_VIEW_LINKS, ticket, LINKS);
    trace->events = sg_answers_rows(cli, view, SG_VIEW_EVENTS, ticket, EVENTS);
    trace->deliveries = sg_answers_rows(cli, view, SG_VIEW_DELIVERIES, ticket, DELIVERIES);
    trace->acts = sg_answers_rows(cli, view, SG_VIEW_ACTS, ticket, SG_ACTS_COLUMNS);
    trace->pauses = sg_answers_rows(cli, view, SG_VIEW_PAUSES, (struct sg_str){0}, PAUSES);
    trace->standing = sg_answers_standing(cli, view);
    return trace->rounds != NULL && trace->links != NULL && trace->events != NULL &&
           trace->deliveries != NULL && trace->acts != NULL && trace->pauses != NULL &&
           trace->standing != NULL;
}

/* What a system chose, such as an id, fit for a line. */
static struct sg_str foreign(const struct trace *trace, const struct sg_node *row,
                             const char *member)
{
    return sg_screen_isolate(&trace->screen,
                             sg_screen_clean(trace->screen.arena, sg_answers_text(row, member)));
}

/* A member's text after `head`, when there is one. */
static void print_part(const struct trace *trace, const struct sg_node *row, const char *member,
                       const char *head)
{
    struct sg_str text = sg_answers_text(row, member);

    if (text.length > 0)
        sg_screen_paragraph(&trace->screen, head, INDENT, text);
}

/* Pending, and not its lane's turn; or without the link that it waits for (design.md, section 2). */
static bool is_held(const struct sg_node *row)
{
    return sg_str_is(sg_answers_text(row, "state"), "pending") &&
           sg_answers_number(row, "next_at") == 0;
}

static bool is_paused(const struct sg_node *row)
{
    return sg_answers_number(row, "next_at") >= SG_VIEW_PAUSED;
}

/* By whom it is held back, and until when. */
static void print_pause(const struct sg_cli *cli, const struct trace *trace,
                        const struct sg_node *row)
{
    const int64_t id = sg_answers_number(row, "next_at") - SG_VIEW_PAUSED;
    const struct sg_node *pause = trace->pauses->first;
    struct sg_buffer text = {.arena = cli->arena};

    while (pause != NULL && sg_answers_number(pause, "id") != id)
        pause = pause->next;
    if (pause == NULL)
        return; /* it is being let go */
    sg_buffer_add_format(
        &text, "%.*s %.*s, since %.*s", SG_STR_ARG(sg_answers_text(pause, "scope")),
        SG_STR_ARG(sg_answers_text(pause, "name")),
        SG_STR_ARG(sg_answers_minute(cli, trace->settings, sg_answers_number(pause, "since"))));
    if (sg_answers_number(pause, "until") > 0)
        sg_buffer_add_format(
            &text, " until %.*s",
            SG_STR_ARG(sg_answers_minute(cli, trace->settings, sg_answers_number(pause, "until"))));
    sg_buffer_add_format(&text, ", by %.*s: %.*s", SG_STR_ARG(sg_answers_text(pause, "who")),
                         SG_STR_ARG(sg_answers_text(pause, "why")));
    sg_screen_paragraph(&trace->screen, "     paused: ", INDENT, sg_buffer_text(&text));
}

/* When its first call was, where there were more, and its last. */
static void print_calls(const struct sg_cli *cli, const struct trace *trace,
                        const struct sg_node *row)
{
    const int64_t first_at = sg_answers_number(row, "first_at");
    const int64_t last_at = sg_answers_number(row, "last_at");

    if (first_at > 0 && sg_answers_number(row, "attempts") > 1)
        (void)printf("     called %.*s, at first\n",
                     SG_STR_ARG(sg_answers_time(cli, trace->settings, first_at)));
    if (last_at > 0)
        (void)printf("     called %.*s\n",
                     SG_STR_ARG(sg_answers_time(cli, trace->settings, last_at)));
}

/* Which version of its mapping it went through, or would have to; older ones say no more. */
static void print_version(const struct sg_cli *cli, const struct trace *trace,
                          const struct sg_node *row)
{
    enum { SHOWN = 8 };
    struct sg_str hash = sg_answers_text(row, "map_hash");
    const int64_t since = sg_answers_number(row, "map_since");

    if (hash.length == 0)
        return;
    if (hash.length > SHOWN)
        hash.length = SHOWN;
    (void)printf("     version %.*s", SG_STR_ARG(hash));
    if (since > 0)
        (void)printf(", since %.*s by %.*s (%.*s)",
                     SG_STR_ARG(sg_answers_time(cli, trace->settings, since)),
                     SG_STR_ARG(sg_answers_text(row, "map_by")),
                     SG_STR_ARG(sg_answers_text(row, "map_how")));
    (void)putchar('\n');
}

static void print_delivery(const struct sg_cli *cli, const struct trace *trace,
                           const struct sg_node *row)
{
    const struct sg_str calls =
        sg_str_counted(cli->arena, (size_t)sg_answers_number(row, "attempts"), "call");

    (void)printf("  -> %.*s: %.*s%s (delivery %.*s, %.*s, mapping %.*s)\n",
                 SG_STR_ARG(sg_answers_text(row, "target")),
                 SG_STR_ARG(sg_answers_text(row, "state")),
                 is_held(row)     ? ", held"
                 : is_paused(row) ? ", paused"
                                  : "",
                 SG_STR_ARG(sg_answers_text(row, "id")), SG_STR_ARG(calls),
                 SG_STR_ARG(sg_answers_text(row, "mapping")));
    print_version(cli, trace, row);
    print_calls(cli, trace, row);
    if (is_paused(row))
        print_pause(cli, trace, row);
    print_part(trace, row, "reason", "     ");
    if (sg_answers_text(row, "file").length > 0)
        (void)printf("     at %.*s:%.*s:%.*s %.*s\n", SG_STR_ARG(sg_answers_text(row, "file")),
                     SG_STR_ARG(sg_answers_text(row, "line")),
                     SG_STR_ARG(sg_answers_text(row, "column")),
                     SG_STR_ARG(sg_answers_text(row, "pointer")));
    print_part(trace, row, "said", "     it said: ");
}

static void print_event(const struct sg_cli *cli, const struct trace *trace,
                        const struct sg_node *event)
{
    (void)printf(
        "%.*s\n  %.*s.%.*s %.*s, version %.*s, round %.*s, event %.*s\n",
        SG_STR_ARG(sg_answers_time(cli, trace->settings, sg_answers_number(event, "at"))),
        SG_STR_ARG(sg_answers_text(event, "system")), SG_STR_ARG(sg_answers_text(event, "record")),
        SG_STR_ARG(foreign(trace, event, "record_id")),
        SG_STR_ARG(foreign(trace, event, "version")), SG_STR_ARG(sg_answers_text(event, "round")),
        SG_STR_ARG(sg_answers_text(event, "seq")));
    for (const struct sg_node *row = trace->deliveries->first; row != NULL; row = row->next) {
        if (sg_answers_number(row, "event") == sg_answers_number(event, "seq"))
            print_delivery(cli, trace, row);
    }
}

/* What people did up to a time, and was not told yet; gives what is left. */
static const struct sg_node *print_acts(const struct sg_cli *cli, const struct trace *trace,
                                        const struct sg_node *act, int64_t until_ms)
{
    for (; act != NULL && sg_answers_number(act, "at") <= until_ms; act = act->next) {
        const struct sg_str head = sg_str_format(
            cli->arena, "  delivery %.*s: ", SG_STR_ARG(sg_answers_text(act, "delivery")));

        (void)printf("%.*s\n", SG_STR_ARG(sg_answers_time(cli, trace->settings,
                                                          sg_answers_number(act, "at"))));
        sg_screen_paragraph(&trace->screen, sg_str_c(cli->arena, head), INDENT,
                            sg_acts_sentence(cli->arena, act));
    }
    return act;
}

static void print_text(const struct sg_cli *cli, const struct trace *trace)
{
    const struct sg_node *act = trace->acts->first;

    (void)printf("ticket %s, %zu %s\n", cli->words[0], trace->rounds->count,
                 trace->rounds->count == 1 ? "round" : "rounds");
    for (const struct sg_node *link = trace->links->first; link != NULL; link = link->next)
        (void)printf(
            "  round %.*s: %.*s %.*s, since %.*s\n", SG_STR_ARG(sg_answers_text(link, "round")),
            SG_STR_ARG(sg_answers_text(link, "system")), SG_STR_ARG(foreign(trace, link, "id")),
            SG_STR_ARG(sg_answers_time(cli, trace->settings, sg_answers_number(link, "since"))));
    for (const struct sg_node *event = trace->events->first; event != NULL; event = event->next) {
        act = print_acts(cli, trace, act, sg_answers_number(event, "at"));
        print_event(cli, trace, event);
    }
    (void)print_acts(cli, trace, act, INT64_MAX);
    sg_answers_print_standing(trace->standing);
}

static void print_json(const struct sg_cli *cli, const struct trace *trace)
{
    struct sg_node *out = sg_node_new(cli->arena, SG_NODE_OBJECT);

    (void)sg_node_add(out, SG_STR("ticket"), sg_node_text(cli->arena, sg_str_of(cli->words[0])));
    (void)sg_node_add(out, SG_STR("rounds"), trace->rounds);
    (void)sg_node_add(out, SG_STR("links"), trace->links);
    (void)sg_node_add(out, SG_STR("events"), trace->events);
    (void)sg_node_add(out, SG_STR("deliveries"), trace->deliveries);
    (void)sg_node_add(out, SG_STR("acts"), trace->acts);
    (void)sg_node_add(out, SG_STR("view"), trace->standing);
    sg_answers_print_json(cli, out);
}

static int run(const struct sg_cli *cli)
{
    struct trace trace = {.screen = sg_screen_of(cli->arena, stdout)};

    struct sg_view *view = sg_answers_open(cli, &trace.settings);
    if (view == NULL)
        return SG_EXIT_UNABLE;
    bool is_good = ask(cli, view, &trace);
    sg_view_close(view);
    if (!is_good)
        return SG_EXIT_UNABLE;
    if (trace.events->count == 0)
        return sg_answers_no_ticket(cli, cli->words[0]);
    if (cli->is_json)
        print_json(cli, &trace);
    else
        print_text(cli, &trace);
    return SG_EXIT_OK;
}

const struct sg_subcommand SG_SUBCOMMAND_TRACE = {
    .name = "trace",
    .group = SG_SUBCOMMAND_DAILY,
    .brief = "what happened to one ticket, in order",
    .about = "What happened to one ticket, in order: its events, and the deliveries of each\n"
             "with their state, reason and the target's words; what is paused, and what people\n"
             "did to each. Nothing a citizen wrote.",
    .words = "TICKET",
    .least = 1,
    .most = 1,
    .exits = "0 found; 1 no such ticket; 69 the journal cannot be read",
    .examples = {"trace 1405-88123"},
    .has_json = true,
    .run = run,
};
