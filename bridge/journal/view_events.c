#include "journal/view_events.h"

#include "journal/view_inner.h"

/* Those of one record from ?1 on that were captured in a span, and have no delivery of a mapping. */
#define UNSENT                                                               \
    " FROM event e WHERE e.seq >= ?1 AND e.system = ?2 AND e.record = ?3"    \
    " AND e.captured_at >= ?4 AND e.captured_at < ?5 AND e.body IS NOT NULL" \
    " AND NOT EXISTS(SELECT 1 FROM delivery d WHERE d.event = e.seq AND d.mapping = ?6)"

const char *const SG_EVENTS_STATEMENTS[SG_EVENTS_STATEMENT_COUNT] = {
    [SG_EVENTS_LAST] = "SELECT max(seq) FROM event",
    [SG_EVENTS_FROM] = "SELECT seq, captured_at FROM event WHERE seq >= ?1 ORDER BY seq LIMIT 1",
    [SG_EVENTS_UNSENT] = "SELECT e.seq" UNSENT " ORDER BY e.seq LIMIT ?7",
    [SG_EVENTS_UNSENT_COUNT] = "SELECT count(*)" UNSENT,
};

struct captured {
    int64_t seq, at;
};

static void set_captured(const struct sg_view_row *row, void *owner)
{
    *(struct captured *)owner =
        (struct captured){.seq = sg_view_number(row, 0), .at = sg_view_number(row, 1)};
}

static bool find_from(struct sg_view *view, int64_t seq, struct captured *out, struct sg_error *err)
{
    const struct sg_sql_value value = SG_V_NUMBER(seq);

    *out = (struct captured){.seq = INT64_MAX, .at = INT64_MAX};
    return sg_view_each(&view->events, SG_EVENTS_FROM, &value, 1,
                        &(struct sg_view_reader){set_captured, out}, err);
}

/* An hour, by which a clock may have been set back between two captures. */
enum { CLOCK_SET_BACK_MS = 60 * 60 * 1000 };

/* Numbers grow as time does: the first event that may be of the span is found by halving. */
static bool find_first(struct sg_view *view, int64_t since, int64_t *first, struct sg_error *err)
{
    struct captured last = {0};
    int64_t low = 1;

    if (!sg_view_each(&view->events, SG_EVENTS_LAST, NULL, 0,
                      &(struct sg_view_reader){set_captured, &last}, err))
        return false;
    for (int64_t high = last.seq + 1; low < high;) {
        const int64_t middle = low + (high - low) / 2;
        struct captured found;

        if (!find_from(view, middle, &found, err))
            return false;
        if (found.at >= since - CLOCK_SET_BACK_MS)
            high = middle;
        else
            low = found.seq + 1;
    }
    *first = low;
    return true;
}

enum { VALUES = 7 };

static bool set_values(struct sg_view *view, const struct sg_unsent_events *events,
                       struct sg_sql_value *values, struct sg_error *err)
{
    int64_t first = events->after + 1;

    if (events->after == 0 && !find_first(view, events->since, &first, err))
        return false;
    values[0] = SG_V_NUMBER(first);
    values[1] = SG_V_TEXT(events->system);
    values[2] = SG_V_TEXT(events->record);
    values[3] = SG_V_NUMBER(events->since);
    values[4] = SG_V_NUMBER(events->until == 0 ? INT64_MAX : events->until);
    values[5] = SG_V_TEXT(events->mapping);
    return true;
}

static void add_id(const struct sg_view_row *row, void *owner)
{
    struct sg_view_page *page = owner;

    page->ids[page->count++] = sg_view_number(row, 0);
}

bool sg_view_unsent_events(struct sg_view *view, struct sg_unsent_events *events,
                           struct sg_view_page *page, struct sg_error *err)
{
    struct sg_sql_value values[VALUES];
    const struct sg_view_reader reader = {add_id, page};

    page->count = 0;
    if (!set_values(view, events, values, err))
        return false;
    values[VALUES - 1] = SG_V_NUMBER((int64_t)page->room);
    if (!sg_view_each(&view->events, SG_EVENTS_UNSENT, values, VALUES, &reader, err))
        return false;
    if (page->count > 0)
        events->after = page->ids[page->count - 1];
    return true;
}

static void set_number(const struct sg_view_row *row, void *owner)
{
    *(int64_t *)owner = sg_view_number(row, 0);
}

bool sg_view_unsent_count(struct sg_view *view, const struct sg_unsent_events *events,
                          int64_t *count, struct sg_error *err)
{
    struct sg_sql_value values[VALUES];

    return set_values(view, events, values, err) &&
           sg_view_each(&view->events, SG_EVENTS_UNSENT_COUNT, values, VALUES - 1,
                        &(struct sg_view_reader){set_number, count}, err);
}
