/* sgbridge status: what is open and late, what stands in the way, when each system was last met. */
#include "base/buffer.h"
#include "base/clock.h"
#include "base/units.h"
#include "cli/drift.h"
#include "cli/screen.h"
#include "journal/spool.h"

static const char *const NAME_AND_N[] = {"name", "#n", NULL};
static const char *const LANES[] = {"#lanes", "#held", "#oldest", NULL};
static const char *const ALARMS[] = {"name", "system", "#since", "words", NULL};
static const char *const CONTACTS[] = {"name",           "#ok_at",       "#bad_at", "said",
                                       "#breaker_since", "#next_try_at", NULL};
static const char *const FACTS[] = {"name", "value", NULL};
static const char *const PAUSES[] = {"scope", "name", "who", "#since", "#until", "why", NULL};
static const char *const CURSORS[] = {"system", "record", "#moved_at", NULL};

enum { INDENT = 11 }; /* where what is said of a name begins */

struct options {
    bool is_quiet;
};

/* All that was asked. */
struct status {
    const struct sg_settings *settings;
    struct sg_node *open, *totals, *alarms, *contacts, *facts, *cursors, *pauses, *standing,
        *drifts;
    const struct sg_node *lanes;
    size_t waiting; /* commands in the spool */
    bool is_running;
};

static int64_t number_of(const struct sg_node *list, const char *name)
{
    for (const struct sg_node *row = list->first; row != NULL; row = row->next) {
        if (sg_str_is(sg_answers_text(row, "name"), name))
            return sg_answers_number(row, "n");
    }
    return 0;
}

static struct sg_str fact(const struct status *status, const char *name)
{
    for (const struct sg_node *row = status->facts->first; row != NULL; row = row->next) {
        if (sg_str_is(sg_answers_text(row, "name"), name))
            return sg_answers_text(row, "value");
    }
    return (struct sg_str){0};
}

static bool ask(const struct sg_cli *cli, struct sg_view *view, struct status *status)
{
    const struct sg_str all = {0};
    const struct sg_node *lanes = sg_answers_rows(cli, view, SG_VIEW_LANES, all, LANES);

    status->open = sg_answers_rows(cli, view, SG_VIEW_OPEN, all, NAME_AND_N);
    status->totals = sg_answers_rows(cli, view, SG_VIEW_TOTALS, all, NAME_AND_N);
    status->alarms = sg_answers_rows(cli, view, SG_VIEW_ALARMS, all, ALARMS);
    status->contacts = sg_answers_rows(cli, view, SG_VIEW_CONTACTS, all, CONTACTS);
    status->facts = sg_answers_rows(cli, view, SG_VIEW_FACTS, all, FACTS);
    status->cursors = sg_answers_rows(cli, view, SG_VIEW_CURSORS, all, CURSORS);
    status->pauses = sg_answers_rows(cli, view, SG_VIEW_PAUSES, all, PAUSES);
    status->standing = sg_answers_standing(cli, view);
    status->drifts = sg_drift_rows(cli, view, NULL, false);
    status->lanes = lanes == NULL ? NULL : lanes->first;
    return status->lanes != NULL && status->open != NULL && status->totals != NULL &&
           status->alarms != NULL && status->contacts != NULL && status->facts != NULL &&
           status->cursors != NULL && status->pauses != NULL && status->standing != NULL &&
           status->drifts != NULL;
}

/* Every state with its count: the open ones from their rows, the ended ones from the totals. */
static struct sg_node *counts(const struct sg_cli *cli, const struct status *status)
{
    struct sg_node *object = sg_node_new(cli->arena, SG_NODE_OBJECT);

    for (int s = SG_DELIVERY_PENDING; s <= SG_DELIVERY_DISCARDED; s++) {
        const char *name = sg_delivery_state_name((enum sg_delivery_state)s);
        const struct sg_node *from = s <= SG_DELIVERY_FAILED ? status->open : status->totals;

        (void)sg_node_add(object, sg_str_of(name),
                          sg_node_number(cli->arena, number_of(from, name)));
    }
    return object;
}

static int64_t count_open(const struct status *status)
{
    int64_t open = 0;

    for (const struct sg_node *row = status->open->first; row != NULL; row = row->next)
        open += sg_answers_number(row, "n");
    return open;
}

static int64_t oldest_s(const struct status *status)
{
    int64_t oldest = sg_answers_number(status->lanes, "oldest");

    return oldest == 0 ? 0 : (sg_clock_now_ms() - oldest) / 1000;
}

/* When the mappings came into force. */
static int64_t mappings_since(const struct status *status)
{
    int64_t since;

    return sg_units_integer(fact(status, "mappings_since"), &since) ? since : 0;
}

static void print_json(const struct sg_cli *cli, const struct status *status)
{
    struct sg_node *out = sg_node_new(cli->arena, SG_NODE_OBJECT);
    const struct {
        const char *name;
        int64_t number;
    } numbers[] = {{"open", count_open(status)},
                   {"taken_in", number_of(status->totals, "taken in")},
                   {"repeats", number_of(status->totals, "repeats")},
                   {"lanes", sg_answers_number(status->lanes, "lanes")},
                   {"held", sg_answers_number(status->lanes, "held")},
                   {"oldest_open_s", oldest_s(status)},
                   {"drifts", (int64_t)status->drifts->count},
                   {"commands_waiting", (int64_t)status->waiting},
                   {"mappings_since", mappings_since(status)}};

    (void)sg_node_add(out, SG_STR("name"), sg_node_text(cli->arena, status->settings->name));
    (void)sg_node_add(out, SG_STR("running"), sg_node_boolean(cli->arena, status->is_running));
    for (size_t n = 0; n < sizeof numbers / sizeof numbers[0]; n++)
        (void)sg_node_add(out, sg_str_of(numbers[n].name),
                          sg_node_number(cli->arena, numbers[n].number));
    (void)sg_node_add(out, SG_STR("counts"), counts(cli, status));
    (void)sg_node_add(out, SG_STR("alarms"), status->alarms);
    (void)sg_node_add(out, SG_STR("pauses"), status->pauses);
    (void)sg_node_add(out, SG_STR("systems"), status->contacts);
    (void)sg_node_add(out, SG_STR("cursors"), status->cursors);
    (void)sg_node_add(out, SG_STR("view"), status->standing);
    (void)sg_node_add(out, SG_STR("mappings"), sg_node_text(cli->arena, fact(status, "mappings")));
    (void)sg_node_add(out, SG_STR("mappings_by"),
                      sg_node_text(cli->arena, fact(status, "mappings_by")));
    sg_answers_print_json(cli, out);
}

static struct sg_str time_of(const struct sg_cli *cli, const struct status *status,
                             const struct sg_node *row, const char *member)
{
    return sg_answers_time(cli, status->settings, sg_answers_number(row, member));
}

static void print_contact(const struct sg_cli *cli, const struct sg_screen *screen,
                          const struct status *status, const struct sg_node *row)
{
    (void)printf("%-10.*s answered %.*s\n", SG_STR_ARG(sg_answers_text(row, "name")),
                 SG_STR_ARG(time_of(cli, status, row, "ok_at")));
    if (sg_answers_number(row, "bad_at") > sg_answers_number(row, "ok_at"))
        sg_screen_paragraph(screen, "           in trouble since then: ", INDENT,
                            sg_answers_text(row, "said"));
    if (sg_answers_number(row, "breaker_since") > 0)
        (void)printf("           breaker open since %.*s\n           next try %.*s\n",
                     SG_STR_ARG(time_of(cli, status, row, "breaker_since")),
                     SG_STR_ARG(time_of(cli, status, row, "next_try_at")));
}

static void print_alarm(const struct sg_cli *cli, const struct sg_screen *screen,
                        const struct status *status, const struct sg_node *row)
{
    const struct sg_str head = sg_str_format(
        cli->arena, "ALARM      %.*s %.*s: ", SG_STR_ARG(sg_answers_text(row, "name")),
        SG_STR_ARG(sg_answers_text(row, "system")));

    sg_screen_paragraph(screen, sg_str_c(cli->arena, head), INDENT, sg_answers_text(row, "words"));
    (void)printf("           since %.*s\n", SG_STR_ARG(time_of(cli, status, row, "since")));
}

static void print_pause(const struct sg_cli *cli, const struct sg_screen *screen,
                        const struct status *status, const struct sg_node *row)
{
    const struct sg_str head = sg_str_format(
        cli->arena, "PAUSED     %.*s %.*s by %.*s: ", SG_STR_ARG(sg_answers_text(row, "scope")),
        SG_STR_ARG(sg_answers_text(row, "name")), SG_STR_ARG(sg_answers_text(row, "who")));

    sg_screen_paragraph(screen, sg_str_c(cli->arena, head), INDENT, sg_answers_text(row, "why"));
    (void)printf("           since %.*s\n", SG_STR_ARG(time_of(cli, status, row, "since")));
    if (sg_answers_number(row, "until") > 0)
        (void)printf("           until %.*s\n", SG_STR_ARG(time_of(cli, status, row, "until")));
}

static void print_systems(const struct sg_cli *cli, const struct status *status)
{
    const struct sg_screen screen = sg_screen_of(cli->arena, stdout);

    for (const struct sg_node *row = status->contacts->first; row != NULL; row = row->next)
        print_contact(cli, &screen, status, row);
    for (const struct sg_node *row = status->cursors->first; row != NULL; row = row->next)
        (void)printf("cursor     %.*s.%.*s moved %.*s\n",
                     SG_STR_ARG(sg_answers_text(row, "system")),
                     SG_STR_ARG(sg_answers_text(row, "record")),
                     SG_STR_ARG(time_of(cli, status, row, "moved_at")));
    for (const struct sg_node *row = status->alarms->first; row != NULL; row = row->next)
        print_alarm(cli, &screen, status, row);
    for (const struct sg_node *row = status->pauses->first; row != NULL; row = row->next)
        print_pause(cli, &screen, status, row);
}

static void print_text(const struct sg_cli *cli, const struct status *status)
{
    (void)printf("%-10.*s %s\n", SG_STR_ARG(status->settings->name),
                 status->is_running ? "running" : "not running");
    if (status->waiting > 0)
        (void)printf("%-10s %zu command%s for the daemon\n", "asked", status->waiting,
                     status->waiting == 1 ? " waits" : "s wait");
    sg_answers_print_standing(status->standing);
    (void)printf("mappings   %.*s since %.*s, by %.*s\n", SG_STR_ARG(fact(status, "mappings")),
                 SG_STR_ARG(sg_answers_time(cli, status->settings, mappings_since(status))),
                 SG_STR_ARG(fact(status, "mappings_by")));
    (void)printf("lanes      %lld open, %lld deliveries held behind another",
                 (long long)sg_answers_number(status->lanes, "lanes"),
                 (long long)sg_answers_number(status->lanes, "held"));
    (void)printf(", oldest %llds\n", (long long)oldest_s(status));
    const struct sg_node *states = counts(cli, status);
    for (const struct sg_node *state = states->first; state != NULL; state = state->next)
        (void)printf("%-10.*s %.*s\n", SG_STR_ARG(state->name), SG_STR_ARG(state->text));
    (void)printf("taken in   %lld, and %lld repeats dropped\n",
                 (long long)number_of(status->totals, "taken in"),
                 (long long)number_of(status->totals, "repeats"));
    if (status->drifts->count > 0)
        (void)printf("drift      %zu that no file names: sgbridge drift\n", status->drifts->count);
    print_systems(cli, status);
}

/* Who may read the journal alone is told all the same what it says. */
static void count_waiting(const struct sg_cli *cli, struct status *status)
{
    const struct sg_str *ids;
    struct sg_error err;

    if (!sg_spool_list(cli->arena, status->settings->state, &ids, &status->waiting, &err))
        (void)fprintf(stderr, "%s: %s\n", err.at.file, err.text);
}

/* Who watches the exit code alone does not see `not running`. */
static bool is_alarming(const struct status *status, bool is_quiet)
{
    return status->alarms->count > 0 || (is_quiet && !status->is_running);
}

static int run(const struct sg_cli *cli)
{
    const struct options *options = cli->options;
    struct status status = {0};
    struct sg_view *view = sg_answers_open(cli, &status.settings);

    if (view == NULL)
        return SG_EXIT_UNABLE;
    status.is_running = sg_view_is_running(status.settings->state);
    bool is_good = ask(cli, view, &status);
    sg_view_close(view);
    if (!is_good)
        return SG_EXIT_UNABLE;
    if (!options->is_quiet)
        count_waiting(cli, &status);
    if (cli->is_json)
        print_json(cli, &status);
    else if (!options->is_quiet)
        print_text(cli, &status);
    return is_alarming(&status, options->is_quiet) ? SG_EXIT_ALARM : SG_EXIT_OK;
}

static const struct sg_option OPTIONS[] = {
    SG_OPTION_FLAG(struct options, is_quiet, "quiet", "the exit code alone, for what watches it"),
    {0},
};

const struct sg_subcommand SG_SUBCOMMAND_STATUS = {
    .name = "status",
    .group = SG_SUBCOMMAND_DAILY,
    .brief = "what is open, held and late; breakers and alarms",
    .about = "What is open, held and late, by state; when each system was last met, its\n"
             "breaker, and the alarms that stand. Answers while the daemon is down, too.",
    .exits = "0 no alarm; 2 an alarm, or --quiet and no daemon runs; 69 no journal",
    .has_json = true,
    .options = OPTIONS,
    .options_size = sizeof(struct options),
    .run = run,
};
