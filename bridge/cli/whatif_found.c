#include "cli/whatif_found.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "mapping/shown.h"
#include "tree/difference.h"

enum { GROUPS_MAX = 200, WAYS_MAX = 50 };

const char *sg_whatif_kind_name(enum sg_whatif_kind kind)
{
    static const char *const names[SG_WHATIF_KINDS] = {
        [SG_WHATIF_CHANGED] = "changed",
        [SG_WHATIF_SENT] = "newly sent",
        [SG_WHATIF_NOT_SENT] = "no longer sent",
        [SG_WHATIF_RECORD] = "otherwise read",
        [SG_WHATIF_FAILS_NO_MORE] = "no longer failing",
        [SG_WHATIF_FAILS_OTHERWISE] = "failing otherwise",
        [SG_WHATIF_FAILS] = "newly failing",
    };

    return names[kind];
}

void sg_whatif_found_begin(struct sg_arena *arena, struct sg_whatif_found *out)
{
    *out = (struct sg_whatif_found){.arena = arena};
    out->groups = sg_arena_get(arena, GROUPS_MAX, sizeof *out->groups);
}

/* --- groups --- */

static bool is_of(const struct sg_whatif_group *group, const struct sg_whatif_difference *it)
{
    return group->kind == it->kind && group->place.line == it->place.line &&
           group->place.column == it->place.column && sg_str_equal(group->what, it->what) &&
           sg_str_equal(group->mapping, it->mapping) && sg_str_equal(group->pointer, it->pointer);
}

/* An event that can be told by its ticket, else by its own id. */
static struct sg_str name_of(struct sg_arena *arena, const struct sg_delivery *delivery)
{
    const struct sg_event *event = &delivery->event;

    if (delivery->ticket.length > 0)
        return sg_str_format(arena, "ticket %.*s", SG_STR_ARG(delivery->ticket));
    return sg_str_format(arena, "%.*s.%.*s %.*s", SG_STR_ARG(event->system),
                         SG_STR_ARG(event->record), SG_STR_ARG(event->record_id));
}

/* NULL when there is no room for one more. */
static struct sg_whatif_group *find_group(struct sg_whatif_found *found,
                                          const struct sg_whatif_difference *it)
{
    struct sg_whatif_group *group = found->groups;

    for (size_t g = 0; g < found->group_count; g++, group++) {
        if (is_of(group, it))
            return group;
    }
    if (found->group_count == GROUPS_MAX)
        return NULL;
    found->group_count++;
    *group = (struct sg_whatif_group){
        .kind = it->kind,
        .mapping = sg_str_copy(found->arena, it->mapping),
        .what = sg_str_copy(found->arena, it->what),
        .pointer = sg_str_copy(found->arena, it->pointer),
        .place = it->place,
        .example = name_of(found->arena, &found->event->delivery),
    };
    return group;
}

/* --- values --- */

/* What may be seen of it: texts with their quotes, so that "1" is not taken for 1. */
static struct sg_str shown(struct sg_arena *arena, const struct sg_node *leaf)
{
    if (leaf == NULL)
        return SG_STR("nothing");
    const struct sg_str text = sg_difference_text(leaf);
    const struct sg_shown masked = sg_shown_of(text);
    const bool is_masked = masked.text[0] != '"';

    return is_masked || leaf->kind == SG_NODE_TEXT ? sg_str_copy(arena, sg_str_of(masked.text))
                                                   : text;
}

static void add_way(struct sg_whatif_found *found, struct sg_whatif_group *group,
                    const struct sg_whatif_difference *it)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_str before = shown(arena, it->before), after = shown(arena, it->after);

    if (group->ways == NULL)
        group->ways = sg_arena_get(found->arena, WAYS_MAX, sizeof *group->ways);
    for (size_t w = 0; w < group->way_count; w++) {
        struct sg_whatif_way *way = &group->ways[w];

        if (sg_str_equal(way->before, before) && sg_str_equal(way->after, after)) {
            way->count++;
            return;
        }
    }
    if (group->way_count == WAYS_MAX) {
        group->other_ways++;
        return;
    }
    group->ways[group->way_count++] = (struct sg_whatif_way){sg_str_copy(found->arena, before),
                                                             sg_str_copy(found->arena, after), 1};
}

/* --- events --- */

void sg_whatif_event_begin(struct sg_whatif_found *found, const struct sg_past_event *event)
{
    const int64_t at = event->delivery.event.captured_at;

    found->event = event;
    found->is_changed = found->is_failing = found->is_newly_failing = false;
    if (event->kind != SG_PAST_WHOLE)
        return;
    if (found->oldest_at == 0 || at < found->oldest_at)
        found->oldest_at = at;
    if (at > found->newest_at)
        found->newest_at = at;
}

void sg_whatif_add(struct sg_whatif_found *found, const struct sg_whatif_difference *difference)
{
    struct sg_whatif_group *group = find_group(found, difference);

    found->is_changed = true;
    found->is_newly_failing |= difference->kind == SG_WHATIF_FAILS;
    if (group == NULL) {
        found->ungrouped[difference->kind]++;
        return;
    }
    if (group->last_seq != found->event->delivery.seq)
        group->count++;
    group->last_seq = found->event->delivery.seq;
    if (difference->has_values)
        add_way(found, group, difference);
}

void sg_whatif_add_failing(struct sg_whatif_found *found)
{
    found->is_failing = true;
}

void sg_whatif_event_end(struct sg_whatif_found *found)
{
    found->events[found->event->kind]++;
    if (found->event->kind != SG_PAST_WHOLE)
        return;
    found->unchanged += !found->is_changed;
    found->failing += !found->is_changed && found->is_failing;
    found->newly_failing += found->is_newly_failing;
}

/* --- order --- */

static int by_count(int64_t a, int64_t b)
{
    return a > b ? -1 : a < b;
}

static int by_kind(const void *a, const void *b)
{
    const struct sg_whatif_group *x = a, *y = b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return x->count != y->count ? by_count(x->count, y->count) : sg_str_compare(x->what, y->what);
}

static int by_frequency(const void *a, const void *b)
{
    const struct sg_whatif_way *x = a, *y = b;

    if (x->count != y->count)
        return by_count(x->count, y->count);
    const int order = sg_str_compare(x->before, y->before);
    return order != 0 ? order : sg_str_compare(x->after, y->after);
}

void sg_whatif_sort(struct sg_whatif_found *found)
{
    qsort(found->groups, found->group_count, sizeof *found->groups, by_kind);
    for (size_t g = 0; g < found->group_count; g++) {
        struct sg_whatif_group *group = &found->groups[g];

        if (group->way_count > 0)
            qsort(group->ways, group->way_count, sizeof *group->ways, by_frequency);
    }
}
