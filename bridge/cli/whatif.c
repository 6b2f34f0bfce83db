/* sgbridge whatif DIR: the last events of the journal through today's mapping files and through others. */
#include "base/buffer.h"
#include "base/units.h"
#include "cli/answers.h"
#include "cli/whatif_shown.h"
#include "cli/whatif_try.h"

enum { USUAL_EVENTS = 10000, EVENTS_MAX = 10000000, PAGE = 200 };

struct options {
    const char *events;
};

/* False after saying what is wrong with the words. */
static bool read_words(const struct sg_cli *cli, int64_t *events)
{
    const struct options *options = cli->options;

    *events = USUAL_EVENTS;
    if (options->events == NULL || (sg_units_integer(sg_str_of(options->events), events) &&
                                    *events >= 1 && *events <= EVENTS_MAX))
        return true;
    (void)sg_subcommand_misused(cli, "--events is a number of events, 1 to %d, not %s", EVENTS_MAX,
                                options->events);
    return false;
}

/* NULL after saying what is wrong with them, as `check` does. */
static struct sg_catalog *load(struct sg_arena *arena, const char *dir, bool runs_tests)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_catalog *catalog =
        sg_catalog_load(dir, &(struct sg_secrets){.is_read = false}, runs_tests, findings);

    if (catalog != NULL)
        return catalog;
    sg_findings_print(findings, stderr);
    const struct sg_str errors = sg_str_counted(arena, sg_findings_errors(findings), "error");

    (void)fprintf(stderr, "%s: %.*s\n", dir, SG_STR_ARG(errors));
    return NULL;
}

/* --- events --- */

struct going {
    struct sg_whatif_trial *trial;
    struct sg_whatif_found *found;
};

static void go_one(const struct sg_past_event *event, void *owner)
{
    const struct going *going = owner;

    sg_whatif_event_begin(going->found, event);
    if (event->kind == SG_PAST_WHOLE)
        sg_whatif_try(going->trial, event, going->found);
    sg_whatif_event_end(going->found);
}

static bool go_through(struct sg_view *view, int64_t events, struct going *going,
                       struct sg_error *err)
{
    struct sg_past_page page = {.before = INT64_MAX, .each = go_one, .owner = going};

    do {
        page.room = events < PAGE ? events : PAGE;
        if (!sg_view_past(view, &page, err))
            return false;
        events -= page.count;
    } while (events > 0 && page.count == page.room);
    return true;
}

/* --- what is in force --- */

static void take_fact(const struct sg_view_row *row, void *owner)
{
    struct sg_whatif_answer *answer = owner;
    const struct sg_str name = sg_view_text(row, 0), value = sg_view_text(row, 1);

    if (sg_str_is(name, "mappings"))
        answer->in_force = sg_str_copy(answer->cli->arena, value);
    else if (sg_str_is(name, "mappings_since") && !sg_units_integer(value, &answer->in_force_since))
        answer->in_force_since = 0;
}

/* --- all of it --- */

static int compare(struct sg_whatif_answer *answer, struct sg_view *view, int64_t events)
{
    struct sg_arena *arena = answer->cli->arena;
    struct sg_whatif_found found;
    struct going going = {
        sg_whatif_trial_new(arena, answer->settings->name, answer->before, answer->after), &found};
    struct sg_error err;

    sg_whatif_found_begin(arena, &found);
    answer->found = &found;
    if (!sg_view_ask(view, SG_VIEW_FACTS, (struct sg_str){0}, take_fact, answer, &err) ||
        !go_through(view, events, &going, &err))
        return sg_answers_unreadable(&err);
    answer->standing = sg_answers_standing(answer->cli, view);
    if (answer->standing == NULL)
        return SG_EXIT_UNABLE;
    sg_whatif_sort(&found);
    sg_whatif_show(answer);
    return found.newly_failing > 0 ? SG_EXIT_NO : SG_EXIT_OK;
}

static int load_and_compare(struct sg_whatif_answer *answer, struct sg_view *view, int64_t events)
{
    struct sg_catalog *before = load(answer->cli->arena, answer->before_dir, false), *after = NULL;
    int code = before == NULL ? SG_EXIT_UNABLE : SG_EXIT_NO;

    if (before != NULL)
        after = load(answer->cli->arena, answer->after_dir, true);
    if (after != NULL) {
        answer->before = before;
        answer->after = after;
        code = compare(answer, view, events);
    }
    sg_catalog_free(before);
    sg_catalog_free(after);
    return code;
}

static int run(const struct sg_cli *cli)
{
    struct sg_whatif_answer answer = {.cli = cli, .after_dir = cli->words[0]};
    int64_t events;

    if (!read_words(cli, &events))
        return SG_EXIT_USAGE;
    struct sg_view *view = sg_answers_open(cli, &answer.settings);

    if (view == NULL)
        return SG_EXIT_UNABLE;
    answer.before_dir = answer.settings->mappings;
    const int code = load_and_compare(&answer, view, events);

    sg_view_close(view);
    return code;
}

static const struct sg_option OPTIONS[] = {
    SG_OPTION_VALUE(struct options, events, "events", "N", "the last so many; 10000"),
    {.name = NULL},
};

const struct sg_subcommand SG_SUBCOMMAND_WHATIF = {
    .name = "whatif",
    .group = SG_SUBCOMMAND_INTEGRATOR,
    .brief = "what other mapping files would change in real events",
    .about = "Runs the last events of the journal through the settings' `mappings` and through\n"
             "those under DIR, and counts what would differ, target by target, with examples;\n"
             "values are masked. Nothing is sent or written.",
    .words = "DIR",
    .least = 1,
    .most = 1,
    .exits = "0 nothing newly fails; 1 something, or DIR is wrong; 69 not asked",
    .examples = {"whatif new/mappings --events 100000"},
    .has_json = true,
    .options = OPTIONS,
    .options_size = sizeof(struct options),
    .run = run,
};
