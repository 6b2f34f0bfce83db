/* sgbridge audit: all that was taken in is accounted for, day by day (design.md, promise 1). */
#include "base/buffer.h"
#include "base/clock.h"
#include "cli/answers.h"
#include "cli/moment.h"
#include "cli/table.h"
#include "cli/verify.h"
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

/* Sums that belong together: of each day, or of each mapping. */
struct group {
    struct sg_str name; /* of a mapping */
    struct sum sum;     /* its day is that of all in it, where it is a day's */
};
struct groups {
    struct group *at;
    size_t count;
};

struct options {
    const char *since, *until, *system, *mapping, *by;
    struct sg_verify_options verify;
};

/* One call of it. */
struct audit {
    const struct sg_cli *cli;
    const struct options *options;
    const struct sg_settings *settings;
    int64_t since_day, until_day; /* both are counted */
    struct groups days, mappings;
    struct sum all;
};

static struct sum *sum_of_day(struct groups *days, int64_t day)
{
    if (days->count == 0 || days->at[days->count - 1].sum.day != day) /* rows come day by day */
        days->at[days->count++].sum.day = day;
    return &days->at[days->count - 1].sum;
}

static struct sum *sum_of_mapping(struct groups *mappings, struct sg_str name)
{
    size_t m = 0;

    while (m < mappings->count && !sg_str_equal(mappings->at[m].name, name))
        m++;
    if (m == mappings->count)
        mappings->at[mappings->count++].name = name;
    return &mappings->at[m].sum;
}

static bool is_counted(const struct audit *audit, int64_t day, struct sg_str mapping)
{
    return day >= audit->since_day && day <= audit->until_day &&
           (audit->options->mapping == NULL || sg_str_is(mapping, audit->options->mapping));
}

static void sum_up(struct audit *audit, const struct sg_node *rows)
{
    audit->days.at = sg_arena_get(audit->cli->arena, rows->count + 1, sizeof(struct group));
    audit->mappings.at = sg_arena_get(audit->cli->arena, rows->count + 1, sizeof(struct group));
    for (const struct sg_node *row = rows->first; row != NULL; row = row->next) {
        const int64_t day = sg_answers_number(row, "day"), n = sg_answers_number(row, "n");
        const struct sg_str mapping = sg_answers_text(row, "mapping");
        const struct sg_str what = sg_answers_text(row, "what");

        if (!is_counted(audit, day, mapping))
            continue;
        add(sum_of_day(&audit->days, day), what, n);
        add(sum_of_mapping(&audit->mappings, mapping), what, n);
        add(&audit->all, what, n);
    }
}

static struct sg_str name_of_day(const struct audit *audit, int64_t day)
{
    return sg_answers_minute(audit->cli, audit->settings,
                             sg_zone_to_utc(audit->settings->zone, day * DAY_MS));
}

/* False when one of the days does not add up; each is named. */
static bool check_days(const struct audit *audit)
{
    bool adds_up = true;

    for (size_t d = 0; d < audit->days.count; d++) {
        const struct sum *day = &audit->days.at[d].sum;

        if (day->taken_in == accounted(day))
            continue;
        adds_up = false;
        if (!audit->cli->is_json)
            (void)printf("%.*s: taken in %lld, accounted for %lld\n",
                         SG_STR_ARG(name_of_day(audit, day->day)), (long long)day->taken_in,
                         (long long)accounted(day));
    }
    return adds_up;
}

/* --- by day, or by mapping --- */

static bool is_by_day(const struct audit *audit)
{
    return sg_str_is(sg_str_of(audit->options->by), "day");
}

static struct sg_str name_of(const struct audit *audit, const struct group *group)
{
    if (is_by_day(audit)) {
        const struct sg_str minute = name_of_day(audit, group->sum.day);

        return (struct sg_str){minute.at, sizeof "1405/07/02" - 1};
    }
    return group->name.length > 0 ? group->name : SG_STR("(none)");
}

static const struct groups *groups_of(const struct audit *audit)
{
    return is_by_day(audit) ? &audit->days : &audit->mappings;
}

static void print_groups(const struct audit *audit)
{
    static const struct sg_column columns[STATES + 2] = {
        {.title = "", .takes_rest = true},        {.title = "taken", .is_right = true},
        {.title = "delivered", .is_right = true}, {.title = "skipped", .is_right = true},
        {.title = "echo", .is_right = true},      {.title = "discarded", .is_right = true},
        {.title = "pending", .is_right = true},   {.title = "unknown", .is_right = true},
        {.title = "failed", .is_right = true}};
    struct sg_arena *arena = audit->cli->arena;
    const struct sg_screen screen = sg_screen_of(arena, stdout);
    struct sg_table *table = sg_table_new(arena, columns, STATES + 2);

    for (size_t g = 0; g < groups_of(audit)->count; g++) {
        const struct group *group = &groups_of(audit)->at[g];
        struct sg_str texts[STATES + 2] = {name_of(audit, group)};

        texts[1] = sg_str_format(arena, "%lld", (long long)group->sum.taken_in);
        for (int s = 0; s < STATES; s++)
            texts[s + 2] = sg_str_format(arena, "%lld", (long long)group->sum.states[SHOWN[s]]);
        sg_table_add(table, texts);
    }
    sg_table_print(table, &screen);
}

static void add_members(const struct audit *audit, struct sg_node *out, const struct sum *sum)
{
    struct sg_arena *arena = audit->cli->arena;

    (void)sg_node_add(out, SG_STR("taken_in"), sg_node_number(arena, sum->taken_in));
    (void)sg_node_add(out, SG_STR("repeats"), sg_node_number(arena, sum->repeats));
    for (int s = 0; s < STATES; s++)
        (void)sg_node_add(out, sg_str_of(sg_delivery_state_name(SHOWN[s])),
                          sg_node_number(arena, sum->states[SHOWN[s]]));
}

static struct sg_node *groups_json(const struct audit *audit)
{
    struct sg_node *list = sg_node_new(audit->cli->arena, SG_NODE_LIST);

    for (size_t g = 0; g < groups_of(audit)->count; g++) {
        const struct group *group = &groups_of(audit)->at[g];
        struct sg_node *out = sg_node_append(list, sg_node_new(audit->cli->arena, SG_NODE_OBJECT));

        (void)sg_node_add(out, sg_str_of(audit->options->by),
                          sg_node_text(audit->cli->arena, name_of(audit, group)));
        add_members(audit, out, &group->sum);
    }
    return list;
}

static struct sg_node *json_of(const struct audit *audit, bool adds_up, struct sg_node *standing)
{
    struct sg_node *out = sg_node_new(audit->cli->arena, SG_NODE_OBJECT);

    (void)sg_node_add(out, SG_STR("adds_up"), sg_node_boolean(audit->cli->arena, adds_up));
    add_members(audit, out, &audit->all);
    if (audit->options->by != NULL)
        (void)sg_node_add(out, SG_STR("groups"), groups_json(audit));
    (void)sg_node_add(out, SG_STR("view"), standing);
    return out;
}

/* The day in which a moment is, as totals are kept by; `otherwise` when none was given. */
static bool read_day(const struct audit *audit, const char *name, const char *word,
                     int64_t otherwise, int64_t *day)
{
    const struct sg_zone *zone = audit->settings->zone;
    struct sg_error err;
    int64_t ms;

    *day = otherwise;
    if (word == NULL)
        return true;
    if (!sg_moment_read(audit->cli->arena, zone, sg_clock_now_ms(), sg_str_of(word), &ms, &err)) {
        (void)sg_subcommand_misused(audit->cli, "--%s: %s", name, err.text);
        return false;
    }
    *day = (ms + sg_zone_offset_ms(zone, ms)) / DAY_MS;
    return true;
}

static void print_text(const struct audit *audit, const struct sg_node *standing)
{
    if (audit->options->by != NULL)
        print_groups(audit);
    print_sum(&audit->all);
    sg_answers_print_standing(standing);
}

static int verify(const struct sg_cli *cli, const struct options *options)
{
    if (options->since != NULL || options->until != NULL || options->system != NULL ||
        options->mapping != NULL || options->by != NULL)
        return sg_subcommand_misused(cli, "--verify goes with --sample or --ticket alone");
    return sg_verify(cli, &options->verify);
}

static bool has(const struct sg_node *rows, const char *member, const char *name)
{
    const struct sg_node *row = rows->first;

    while (row != NULL && !sg_str_is(sg_answers_text(row, member), name))
        row = row->next;
    return row != NULL;
}

/* All that was read: which events' sums, and which systems were ever met. */
struct read {
    const struct sg_node *rows, *contacts;
    struct sg_node *standing;
};

/* Of any day. False after saying what nothing is of: what is named wrongly adds up, too. */
static bool is_anything_of_it(const struct options *options, const struct read *read)
{
    const bool has_system = options->system == NULL || read->rows->count > 0 ||
                            has(read->contacts, "name", options->system);
    const bool has_mapping =
        options->mapping == NULL || has(read->rows, "mapping", options->mapping);

    if (!has_system)
        (void)fprintf(stderr, "sgbridge: nothing in the journal is of system %s\n",
                      options->system);
    if (!has_mapping)
        (void)fprintf(stderr, "sgbridge: nothing in the journal is of mapping %s\n",
                      options->mapping);
    return has_system && has_mapping;
}

static bool read_all(const struct audit *audit, struct sg_view *view, struct read *read)
{
    static const char *const columns[] = {"#day", "mapping", "what", "#n", NULL};
    static const char *const contacts[] = {"name", NULL};
    const char *system = audit->options->system;
    const struct sg_str all = {0};

    read->rows = sg_answers_rows(audit->cli, view,
                                 system == NULL ? SG_VIEW_AUDIT_MAPPINGS : SG_VIEW_AUDIT_SYSTEM,
                                 system == NULL ? all : sg_str_of(system), columns);
    read->contacts = sg_answers_rows(audit->cli, view, SG_VIEW_CONTACTS, all, contacts);
    read->standing = sg_answers_standing(audit->cli, view);
    return read->rows != NULL && read->contacts != NULL && read->standing != NULL;
}

static int add_up(const struct sg_cli *cli)
{
    struct audit audit = {.cli = cli, .options = cli->options};
    struct sg_view *view = sg_answers_open(cli, &audit.settings);

    if (view == NULL)
        return SG_EXIT_UNABLE;
    struct read read;
    const bool is_read = read_all(&audit, view, &read);
    sg_view_close(view);
    if (!read_day(&audit, "since", audit.options->since, INT64_MIN, &audit.since_day) ||
        !read_day(&audit, "until", audit.options->until, INT64_MAX, &audit.until_day))
        return SG_EXIT_USAGE;
    if (!is_read)
        return SG_EXIT_UNABLE;
    if (!is_anything_of_it(audit.options, &read))
        return SG_EXIT_NO;
    sum_up(&audit, read.rows);
    bool adds_up = check_days(&audit);
    if (cli->is_json)
        sg_answers_print_json(cli, json_of(&audit, adds_up, read.standing));
    else
        print_text(&audit, read.standing);
    return adds_up ? SG_EXIT_OK : SG_EXIT_NO;
}

static int run(const struct sg_cli *cli)
{
    const struct options *options = cli->options;

    return sg_verify_is_given(&options->verify) ? verify(cli, options) : add_up(cli);
}

static const struct sg_option OPTIONS[] = {
    SG_OPTION_VALUE(struct options, since, "since", "TIME", "from that day on"),
    SG_OPTION_VALUE(struct options, until, "until", "TIME", "up to that day, which is counted"),
    SG_OPTION_VALUE(struct options, system, "system", "NAME", "of this system's events alone"),
    SG_OPTION_VALUE(struct options, mapping, "mapping", "NAME", "of this mapping alone"),
    SG_OPTION_VALUE(struct options, by, "by", "day|mapping", "a line for each, before the sum"),
    SG_OPTION_FLAG(struct options, verify.is_wanted, "verify",
                   "asks both systems, and writes nothing"),
    SG_OPTION_VALUE(struct options, verify.sample, "sample", "N",
                    "--verify of so many tickets, newer ones rather (40)"),
    SG_OPTION_VALUE(struct options, verify.ticket, "ticket", "KEY",
                    "--verify of this ticket alone"),
    {.name = NULL},
};

const struct sg_subcommand SG_SUBCOMMAND_AUDIT = {
    .name = "audit",
    .group = SG_SUBCOMMAND_DAILY,
    .brief = "all that was taken in is accounted for, day by day",
    .about = "Adds up each day: taken in = delivered + skipped + echo + discarded\n"
             "+ pending + unknown + failed. Says nothing was lost, or on which day; shows the\n"
             "sum of all days, and with --by day that of each, too.\n"
             "--verify asks both systems what they do not know, and what was not captured.",
    .exits = "0 it adds up, all is known; 1 not so, or no such name; 69 not asked",
    .examples = {"audit --verify --sample 200", "audit --verify --ticket 1405-88123"},
    .has_json = true,
    .options = OPTIONS,
    .options_size = sizeof(struct options),
    .run = run,
};
