#include "cli/whatif_shown.h"

#include "base/buffer.h"
#include "cli/answers.h"
#include "cli/screen.h"

enum { WAYS_SHOWN = 3, COUNT_COLUMNS = 9, INDENT = COUNT_COLUMNS + 2 };

static const char *const WHY_UNTRIED[SG_PAST_KINDS] = {
    [SG_PAST_BLANKED] = "whose body is not kept any more",
    [SG_PAST_NO_EVENT] = "that could be no event",
    [SG_PAST_UNLINKED] = "whose link is not known",
};

static const char *const UNTRIED_NAMES[SG_PAST_KINDS] = {
    [SG_PAST_BLANKED] = "blanked",
    [SG_PAST_NO_EVENT] = "no_event",
    [SG_PAST_UNLINKED] = "unlinked",
};

/* Those whose file differs, in both sets: what of it was tried, is the records' rules alone. */
static struct sg_str changed_systems(const struct sg_whatif_answer *answer)
{
    struct sg_buffer out = {.arena = answer->cli->arena};
    size_t count = 0;
    const struct sg_system *const *systems = sg_catalog_systems(answer->after, &count);

    for (size_t s = 0; s < count; s++) {
        const struct sg_system *before = sg_catalog_system(answer->before, systems[s]->name);

        if (before == NULL || sg_str_equal(before->file_hash, systems[s]->file_hash))
            continue;
        if (out.length > 0)
            sg_buffer_add(&out, SG_STR(", "));
        sg_buffer_add(&out, systems[s]->name);
    }
    return sg_buffer_text(&out);
}

/* --- for people --- */

static void print_counted(const struct sg_screen *screen, int64_t count, struct sg_str text)
{
    const struct sg_str number = sg_answers_count(screen->arena, count);
    const struct sg_str head =
        sg_str_format(screen->arena, "%*.*s  ", COUNT_COLUMNS, SG_STR_ARG(number));

    sg_screen_paragraph(screen, sg_str_c(screen->arena, head), INDENT, text);
}

/* `before     …`, or without a label what belongs to the line above. */
static void print_labelled(const struct sg_screen *screen, const char *label, struct sg_str text)
{
    const struct sg_str head = sg_str_format(screen->arena, "%-*s", INDENT, label);

    sg_screen_paragraph(screen, sg_str_c(screen->arena, head), INDENT, text);
}

static struct sg_str day_of(const struct sg_whatif_answer *answer, int64_t ms)
{
    const struct sg_str minute = sg_answers_minute(answer->cli, answer->settings, ms);

    return (struct sg_str){minute.at, sizeof "1405/07/02" - 1};
}

static void print_head(const struct sg_whatif_answer *answer)
{
    const struct sg_whatif_found *found = answer->found;
    const struct sg_str count = sg_answers_count(answer->cli->arena, found->events[SG_PAST_WHOLE]);

    (void)printf("of %.*s events", SG_STR_ARG(count));
    if (found->oldest_at != 0)
        (void)printf(" (%.*s to %.*s)", SG_STR_ARG(day_of(answer, found->oldest_at)),
                     SG_STR_ARG(day_of(answer, found->newest_at)));
    (void)puts("");
}

/* `"3" -> "2" 700, "1" -> "2" 80; e.g. ticket 1405-88014` */
static struct sg_str ways_of(struct sg_arena *arena, const struct sg_whatif_group *group)
{
    struct sg_buffer out = {.arena = arena};
    int64_t others = group->other_ways;

    for (size_t w = 0; w < group->way_count; w++) {
        const struct sg_whatif_way *way = &group->ways[w];

        if (w >= WAYS_SHOWN)
            others += way->count;
        else
            sg_buffer_add_format(&out, "%s%.*s -> %.*s %.*s", w > 0 ? ", " : "",
                                 SG_STR_ARG(way->before), SG_STR_ARG(way->after),
                                 SG_STR_ARG(sg_answers_count(arena, way->count)));
    }
    if (others > 0)
        sg_buffer_add_format(&out, ", otherwise %.*s", SG_STR_ARG(sg_answers_count(arena, others)));
    if (out.length > 0)
        sg_buffer_add(&out, SG_STR("; "));
    sg_buffer_add_format(&out, "e.g. %.*s", SG_STR_ARG(group->example));
    return sg_buffer_text(&out);
}

/* Whether the reason is the one that there was. */
static bool tells_before(enum sg_whatif_kind kind)
{
    return kind == SG_WHATIF_SENT || kind == SG_WHATIF_FAILS_NO_MORE;
}

static void print_group(const struct sg_screen *screen, const struct sg_whatif_group *group)
{
    struct sg_arena *arena = screen->arena;
    struct sg_buffer text = {.arena = arena};

    sg_buffer_add(&text, sg_str_of(sg_whatif_kind_name(group->kind)));
    if (group->mapping.length > 0)
        sg_buffer_add_format(&text, " (%.*s)", SG_STR_ARG(group->mapping));
    sg_buffer_add_format(&text, "%s: %.*s", tells_before(group->kind) ? ", before" : "",
                         SG_STR_ARG(group->what));
    print_counted(screen, group->count, sg_buffer_text(&text));
    if (group->place.file != NULL)
        print_labelled(screen, "",
                       sg_str_format(arena, "at %s:%d:%d %.*s", group->place.file,
                                     group->place.line, group->place.column,
                                     SG_STR_ARG(group->pointer)));
    print_labelled(screen, "", ways_of(arena, group));
}

static void print_unchanged(const struct sg_screen *screen, const struct sg_whatif_found *found)
{
    struct sg_str text = SG_STR("unchanged");

    if (found->failing > 0)
        text = sg_str_format(screen->arena, "unchanged, of which %.*s fail as they did",
                             SG_STR_ARG(sg_answers_count(screen->arena, found->failing)));
    print_counted(screen, found->unchanged, text);
}

static void print_counts(const struct sg_screen *screen, const struct sg_whatif_found *found)
{
    print_unchanged(screen, found);
    for (size_t g = 0; g < found->group_count; g++)
        print_group(screen, &found->groups[g]);
    for (int k = 0; k < SG_WHATIF_KINDS; k++) {
        const char *kind = sg_whatif_kind_name((enum sg_whatif_kind)k);

        if (found->ungrouped[k] > 0)
            print_counted(screen, found->ungrouped[k],
                          sg_str_format(screen->arena, "%s in yet other ways", kind));
    }
    for (int k = SG_PAST_WHOLE + 1; k < SG_PAST_KINDS; k++) {
        if (found->events[k] > 0)
            print_counted(screen, found->events[k],
                          sg_str_format(screen->arena, "more, not tried: %s", WHY_UNTRIED[k]));
    }
}

/* What is in force is known by its hash: its files are read from where they lie now. */
static struct sg_str in_force_of(const struct sg_whatif_answer *answer)
{
    struct sg_arena *arena = answer->cli->arena;
    const struct sg_str since =
        sg_answers_minute(answer->cli, answer->settings, answer->in_force_since);

    if (answer->in_force.length == 0)
        return SG_STR("which was never in force: no daemon has run");
    if (sg_str_equal(answer->in_force, sg_catalog_hash(answer->before)))
        return sg_str_format(arena, "in force since %.*s", SG_STR_ARG(since));
    return sg_str_format(arena, "which is not in force: since %.*s that is %.*s", SG_STR_ARG(since),
                         SG_STR_ARG(answer->in_force));
}

static void print_notes(const struct sg_screen *screen, const struct sg_whatif_answer *answer)
{
    struct sg_arena *arena = answer->cli->arena;
    const struct sg_str systems = changed_systems(answer), in_force = in_force_of(answer);
    const bool is_same =
        sg_str_equal(sg_catalog_hash(answer->before), sg_catalog_hash(answer->after));

    print_labelled(screen, "before",
                   sg_str_format(arena, "%s, %.*s", answer->before_dir, SG_STR_ARG(in_force)));
    print_labelled(
        screen, "after",
        sg_str_format(arena, "%s%s", answer->after_dir, is_same ? ", the same files" : ""));
    if (systems.length > 0)
        print_labelled(
            screen, "not tried",
            sg_str_format(arena,
                          "of %.*s, whose file differs: how records are read (poll, webhook,"
                          " fetch, split, ...), requests and answers",
                          SG_STR_ARG(systems)));
    sg_answers_print_standing(answer->standing);
    (void)puts("nothing was sent");
}

/* --- as JSON --- */

static void add_text(struct sg_arena *arena, struct sg_node *object, const char *name,
                     struct sg_str text)
{
    if (text.length > 0)
        (void)sg_node_add(object, sg_str_of(name), sg_node_text(arena, text));
}

static void add_number(struct sg_arena *arena, struct sg_node *object, const char *name,
                       int64_t number)
{
    (void)sg_node_add(object, sg_str_of(name), sg_node_number(arena, number));
}

static struct sg_node *ways_json(struct sg_arena *arena, const struct sg_whatif_group *group)
{
    struct sg_node *list = sg_node_new(arena, SG_NODE_LIST);

    for (size_t w = 0; w < group->way_count; w++) {
        struct sg_node *way = sg_node_append(list, sg_node_new(arena, SG_NODE_OBJECT));

        add_text(arena, way, "before", group->ways[w].before);
        add_text(arena, way, "after", group->ways[w].after);
        add_number(arena, way, "count", group->ways[w].count);
    }
    return list;
}

static struct sg_node *group_json(struct sg_arena *arena, const struct sg_whatif_group *group)
{
    struct sg_node *out = sg_node_new(arena, SG_NODE_OBJECT);

    add_text(arena, out, "kind", sg_str_of(sg_whatif_kind_name(group->kind)));
    add_text(arena, out, "mapping", group->mapping);
    add_text(arena, out, "what", group->what);
    add_number(arena, out, "count", group->count);
    add_text(arena, out, "example", group->example);
    if (group->place.file != NULL) {
        add_text(arena, out, "file", sg_str_of(group->place.file));
        add_number(arena, out, "line", group->place.line);
        add_number(arena, out, "column", group->place.column);
        add_text(arena, out, "pointer", group->pointer);
    }
    if (group->way_count > 0) {
        (void)sg_node_add(out, SG_STR("values"), ways_json(arena, group));
        add_number(arena, out, "other_values", group->other_ways);
    }
    return out;
}

static struct sg_node *groups_json(struct sg_arena *arena, const struct sg_whatif_found *found)
{
    struct sg_node *list = sg_node_new(arena, SG_NODE_LIST);

    for (size_t g = 0; g < found->group_count; g++)
        (void)sg_node_append(list, group_json(arena, &found->groups[g]));
    return list;
}

static struct sg_node *untried_json(struct sg_arena *arena, const struct sg_whatif_found *found)
{
    struct sg_node *out = sg_node_new(arena, SG_NODE_OBJECT);

    for (int k = SG_PAST_WHOLE + 1; k < SG_PAST_KINDS; k++)
        add_number(arena, out, UNTRIED_NAMES[k], found->events[k]);
    return out;
}

static struct sg_node *json_of(const struct sg_whatif_answer *answer)
{
    const struct sg_whatif_found *found = answer->found;
    struct sg_arena *arena = answer->cli->arena;
    struct sg_node *out = sg_node_new(arena, SG_NODE_OBJECT);
    int64_t ungrouped = 0;

    for (int k = 0; k < SG_WHATIF_KINDS; k++)
        ungrouped += found->ungrouped[k];
    add_number(arena, out, "tried", found->events[SG_PAST_WHOLE]);
    add_number(arena, out, "unchanged", found->unchanged);
    add_number(arena, out, "failing_as_before", found->failing);
    add_number(arena, out, "newly_failing", found->newly_failing);
    add_number(arena, out, "oldest_at", found->oldest_at);
    add_number(arena, out, "newest_at", found->newest_at);
    (void)sg_node_add(out, SG_STR("differences"), groups_json(arena, found));
    add_number(arena, out, "differences_unlisted", ungrouped);
    (void)sg_node_add(out, SG_STR("untried"), untried_json(arena, found));
    add_text(arena, out, "before", sg_str_of(answer->before_dir));
    add_text(arena, out, "before_hash", sg_catalog_hash(answer->before));
    add_text(arena, out, "after", sg_str_of(answer->after_dir));
    add_text(arena, out, "after_hash", sg_catalog_hash(answer->after));
    add_text(arena, out, "in_force", answer->in_force);
    add_text(arena, out, "systems_changed", changed_systems(answer));
    (void)sg_node_add(out, SG_STR("view"), answer->standing);
    return out;
}

void sg_whatif_show(const struct sg_whatif_answer *answer)
{
    if (answer->cli->is_json) {
        sg_answers_print_json(answer->cli, json_of(answer));
        return;
    }
    const struct sg_screen screen = sg_screen_of(answer->cli->arena, stdout);

    print_head(answer);
    print_counts(&screen, answer->found);
    print_notes(&screen, answer);
}
