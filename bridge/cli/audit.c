/* sgbridge audit: all that was taken in is accounted for, day by day (design.md, promise 1). */
#include "base/buffer.h"
#include "cli/answers.h"
#include "mapping/zone.h"

enum { STATES = SG_DELIVERY_DISCARDED + 1 };

static const int64_t DAY_MS = 86400000;

/* One day's sum, or that of all days. */
struct sum {
    int64_t day, taken_in, repeats, states[STATES];
};

static int64_t accounted(const struct sum *sum)
{
    int64_t all = 0;

    for (int s = 0; s < STATES; s++)
        all += sum->states[s];
    return all;
}

static void add(struct sum *sum, struct sg_str what, int64_t n)
{
    if (sg_str_is(what, "taken in"))
        sum->taken_in += n;
    else if (sg_str_is(what, "repeats"))
        sum->repeats += n;
    for (int s = 0; s < STATES; s++) {
        if (sg_str_is(what, sg_delivery_state_name((enum sg_delivery_state)s)))
            sum->states[s] += n;
    }
}

/* The order in which people read it: what is over, then what is open. */
static const enum sg_delivery_state SHOWN[STATES] = {
    SG_DELIVERY_DELIVERED, SG_DELIVERY_SKIPPED, SG_DELIVERY_ECHO,  SG_DELIVERY_DISCARDED,
    SG_DELIVERY_PENDING,   SG_DELIVERY_UNKNOWN, SG_DELIVERY_FAILED};

static void print_sum(const struct sum *sum)
{
    (void)printf("taken in %lld =", (long long)sum->taken_in);
    for (int s = 0; s < STATES; s++)
        (void)printf("%s%s %lld",
                     s == 0   ? " "
                     : s == 4 ? "\n  + "
                              : " + ",
                     sg_delivery_state_name(SHOWN[s]), (long long)sum->states[SHOWN[s]]);
    (void)printf("\nrepeats dropped %lld\n", (long long)sum->repeats);
}

static void print_wrong_day(const struct sg_cli *cli, const struct sg_settings *settings,
                            const struct sum *day)
{
    int64_t local_ms = day->day * DAY_MS;

    (void)printf(
        "%.*s: taken in %lld, accounted for %lld\n",
        SG_STR_ARG(sg_answers_time(cli, settings, sg_zone_to_utc(settings->zone, local_ms))),
        (long long)day->taken_in, (long long)accounted(day));
}

static struct sg_node *json_of(const struct sg_cli *cli, const struct sum *all, bool adds_up,
                               struct sg_node *standing)
{
    struct sg_node *out = sg_node_new(cli->arena, SG_NODE_OBJECT);

    (void)sg_node_add(out, SG_STR("adds_up"), sg_node_boolean(cli->arena, adds_up));
    (void)sg_node_add(out, SG_STR("taken_in"), sg_node_number(cli->arena, all->taken_in));
    (void)sg_node_add(out, SG_STR("repeats"), sg_node_number(cli->arena, all->repeats));
    for (int s = 0; s < STATES; s++)
        (void)sg_node_add(out, sg_str_of(sg_delivery_state_name(SHOWN[s])),
                          sg_node_number(cli->arena, all->states[SHOWN[s]]));
    (void)sg_node_add(out, SG_STR("view"), standing);
    return out;
}

/* Rows come day by day; false when one of the days does not add up, which is then named. */
static bool sum_up(const struct sg_cli *cli, const struct sg_settings *settings,
                   const struct sg_node *rows, struct sum *all)
{
    struct sum day = {0};
    bool adds_up = true;

    for (const struct sg_node *row = rows->first; row != NULL; row = row->next) {
        struct sg_str what = sg_answers_text(row, "what");
        int64_t n = sg_answers_number(row, "n");

        day.day = sg_answers_number(row, "day");
        add(&day, what, n);
        add(all, what, n);
        if (row->next != NULL && sg_answers_number(row->next, "day") == day.day)
            continue;
        if (day.taken_in != accounted(&day)) {
            adds_up = false;
            if (!cli->is_json)
                print_wrong_day(cli, settings, &day);
        }
        day = (struct sum){0};
    }
    return adds_up;
}

static int run(const struct sg_cli *cli)
{
    static const char *const columns[] = {"#day", "what", "#n", NULL};
    const struct sg_settings *settings = NULL;
    struct sg_view *view = sg_answers_open(cli, &settings);
    struct sum all = {0};

    if (view == NULL)
        return SG_EXIT_UNABLE;
    const struct sg_node *rows =
        sg_answers_rows(cli, view, SG_VIEW_AUDIT, (struct sg_str){0}, columns);
    struct sg_node *standing = sg_answers_standing(cli, view);
    sg_view_close(view);
    if (rows == NULL || standing == NULL)
        return SG_EXIT_UNABLE;
    bool adds_up = sum_up(cli, settings, rows, &all);
    if (cli->is_json) {
        sg_answers_print_json(cli, json_of(cli, &all, adds_up, standing));
    } else {
        print_sum(&all);
        sg_answers_print_standing(standing);
    }
    return adds_up ? SG_EXIT_OK : SG_EXIT_NO;
}

const struct sg_subcommand SG_SUBCOMMAND_AUDIT = {
    .name = "audit",
    .group = SG_SUBCOMMAND_DAILY,
    .brief = "all that was taken in is accounted for, day by day",
    .about = "Adds up, day by day: taken in = delivered + skipped + echo + discarded\n"
             "+ pending + unknown + failed. Says nothing was lost, or on which day.",
    .exits = "0 it adds up; 1 it does not",
    .has_json = true,
    .run = run,
};
