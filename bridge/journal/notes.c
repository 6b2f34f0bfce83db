/* Cursors, alarms, contacts, facts, and the routes: what the service keeps beside deliveries. */
#include <stdlib.h>

#include "base/buffer.h"
#include "journal/kind.h"

bool sg_journal_get_cursor(struct sg_journal *journal, struct sg_arena *arena, struct sg_str system,
                           struct sg_str record, struct sg_str *text, struct sg_error *err)
{
    struct sg_sql *sql = &journal->state.sql;
    sqlite3_stmt *row = SG_SQL_BIND(sql, SG_SQL_CURSOR_FIND, SG_V_TEXT(system), SG_V_TEXT(record));
    bool is_there = false;

    if (!sg_sql_row(sql, row, &is_there, err))
        return false;
    *text = is_there ? sg_str_copy(arena, sg_sql_text(row, 0)) : (struct sg_str){0};
    sg_sql_done(row);
    return true;
}

bool sg_journal_set_cursor(struct sg_journal *journal, struct sg_str system, struct sg_str record,
                           struct sg_str text, struct sg_error *err)
{
    return SG_SQL_RUN(&journal->state.sql, err, SG_SQL_CURSOR_SET, SG_V_TEXT(system),
                      SG_V_TEXT(record), SG_V_TEXT(text), SG_V_NUMBER(journal->state.now_ms));
}

bool sg_journal_set_alarm(struct sg_journal *journal, const char *name, struct sg_str system,
                          struct sg_str words, bool *changed, struct sg_error *err)
{
    struct sg_sql *sql = &journal->state.sql;
    const struct sg_sql_value key = SG_V_TEXT(sg_str_of(name)), of = SG_V_TEXT(system);
    sqlite3_stmt *row = SG_SQL_BIND(sql, SG_SQL_ALARM_FIND, key, of);
    bool stands = false;

    if (!sg_sql_row(sql, row, &stands, err))
        return false;
    *changed = stands ? words.length == 0 : words.length > 0;
    bool is_new_words = stands && !sg_str_equal(words, sg_sql_text(row, 0));
    sg_sql_done(row);
    if (words.length == 0)
        return !stands || SG_SQL_RUN(sql, err, SG_SQL_ALARM_END, key, of);
    return (stands && !is_new_words) ||
           SG_SQL_RUN(sql, err, SG_SQL_ALARM_SET, key, of, SG_V_NUMBER(journal->state.now_ms),
                      SG_V_TEXT(words));
}

bool sg_journal_set_contact(struct sg_journal *journal, const struct sg_contact *contact,
                            struct sg_error *err)
{
    return SG_SQL_RUN(&journal->state.sql, err, SG_SQL_CONTACT_SET, SG_V_TEXT(contact->system),
                      SG_V_NUMBER(contact->ok_at), SG_V_NUMBER(contact->bad_at),
                      SG_V_TEXT(contact->said), SG_V_NUMBER(contact->breaker_since),
                      SG_V_NUMBER(contact->next_try_at));
}

bool sg_journal_set_fact(struct sg_journal *journal, const char *name, struct sg_str value,
                         struct sg_error *err)
{
    return SG_SQL_RUN(&journal->state.sql, err, SG_SQL_FACT_SET, SG_V_TEXT(sg_str_of(name)),
                      SG_V_TEXT(value));
}

/* --- routes --- */

/* What opens a link comes first, for the others need it; then by name. */
static int by_step(const void *a, const void *b)
{
    const struct sg_route *left = a, *right = b;

    if (left->opens_link != right->opens_link)
        return left->opens_link ? -1 : 1;
    return sg_str_compare(left->mapping, right->mapping);
}

static struct sg_route copy_of(struct sg_arena *arena, const struct sg_route *route)
{
    return (struct sg_route){.mapping = sg_str_copy(arena, route->mapping),
                             .map_hash = sg_str_copy(arena, route->map_hash),
                             .system = sg_str_copy(arena, route->system),
                             .record = sg_str_copy(arena, route->record),
                             .target = sg_str_copy(arena, route->target),
                             .operation = sg_str_copy(arena, route->operation),
                             .opens_link = route->opens_link,
                             .skips_unchanged = route->skips_unchanged,
                             .is_known_by_field = route->is_known_by_field};
}

void sg_journal_set_routes(struct sg_journal *journal, const struct sg_route *routes, size_t count)
{
    struct sg_arena *arena = sg_arena_new();
    struct sg_route *copy = sg_arena_get(arena, count, sizeof *copy);

    for (size_t r = 0; r < count; r++)
        copy[r] = copy_of(arena, &routes[r]);
    qsort(copy, count, sizeof *copy, by_step);
    sg_arena_free(journal->state.routes_arena);
    journal->state.routes_arena = arena;
    journal->state.routes = copy;
    journal->state.route_count = count;
}

static bool is_routed(const struct sg_route *routes, size_t count, struct sg_str mapping)
{
    for (size_t r = 0; r < count; r++) {
        if (sg_str_equal(routes[r].mapping, mapping))
            return true;
    }
    return false;
}

static void add_name(struct sg_arena *arena, struct sg_names *names, struct sg_str name)
{
    for (size_t n = 0; n < names->count; n++) {
        if (sg_str_equal(names->at[n], name))
            return;
    }
    struct sg_str *grown = sg_arena_get(arena, names->count + 1, sizeof *grown);

    if (names->count > 0)
        memcpy(grown, names->at, names->count * sizeof *grown);
    grown[names->count++] = name;
    names->at = grown;
}

/* What is looked for: mappings with deliveries in one of the first `states` open states, for which
 * is_orphan() is true. */
struct search {
    struct sg_arena *arena;
    const struct sg_state *state;
    bool (*is_orphan)(const struct search *search, struct sg_str mapping);
    const struct sg_route *routes;
    size_t count;
    int states;
};

/* In force, and not to be any more. */
static bool is_taken_away(const struct search *search, struct sg_str mapping)
{
    return sg_state_find_route(search->state, mapping) != NULL &&
           !is_routed(search->routes, search->count, mapping);
}

static bool is_without_route(const struct search *search, struct sg_str mapping)
{
    return sg_state_find_route(search->state, mapping) == NULL;
}

/* Goes from one (target, mapping) to the next in the index of what is open, of one state. */
static bool add_orphans(struct sg_sql *sql, const struct search *search, struct sg_str state,
                        struct sg_names *names, struct sg_error *err)
{
    struct sg_str target = SG_STR(""), mapping = SG_STR("");
    bool is_there = true;

    while (is_there) {
        sqlite3_stmt *row = SG_SQL_BIND(sql, SG_SQL_ORPHANS, SG_V_TEXT(state), SG_V_TEXT(target),
                                        SG_V_TEXT(mapping));

        if (!sg_sql_row(sql, row, &is_there, err))
            return false;
        if (is_there) {
            target = sg_str_copy(search->arena, sg_sql_text(row, 0));
            mapping = sg_str_copy(search->arena, sg_sql_text(row, 1));
            if (mapping.length > 0 && search->is_orphan(search, mapping))
                add_name(search->arena, names, mapping); /* "" is a record that could not be read */
        }
        sg_sql_done(row);
    }
    return true;
}

static bool find(struct sg_sql *sql, const struct search *search, struct sg_names *names,
                 struct sg_error *err)
{
    static const enum sg_delivery_state open[] = {SG_DELIVERY_PENDING, SG_DELIVERY_UNKNOWN,
                                                  SG_DELIVERY_FAILED};

    *names = (struct sg_names){0};
    for (int s = 0; s < search->states; s++) {
        if (!add_orphans(sql, search, sg_str_of(sg_delivery_state_name(open[s])), names, err))
            return false;
    }
    return true;
}

bool sg_journal_find_orphans(struct sg_journal *journal, struct sg_arena *arena,
                             const struct sg_route *routes, size_t count, struct sg_names *names,
                             struct sg_error *err)
{
    const struct search search = {arena, &journal->state, is_taken_away, routes, count, 3};

    return find(&journal->state.sql, &search, names, err);
}

bool sg_journal_find_waiting(struct sg_journal *journal, struct sg_arena *arena,
                             struct sg_names *names, struct sg_error *err)
{
    const struct search search = {
        .arena = arena, .state = &journal->state, .is_orphan = is_without_route, .states = 2};

    return find(&journal->state.sql, &search, names, err);
}

bool sg_journal_wake_waiting(struct sg_journal *journal, struct sg_str mapping,
                             struct sg_error *err)
{
    const struct sg_route *route = sg_state_find_route(&journal->state, mapping);

    return route == NULL ||
           SG_SQL_RUN(&journal->state.sql, err, SG_SQL_WAKE, SG_V_TEXT(route->target),
                      SG_V_TEXT(mapping), SG_V_NUMBER(journal->state.now_ms));
}

bool sg_journal_note_versions(struct sg_journal *journal, const struct sg_route *routes,
                              size_t count, const struct sg_author *author, struct sg_error *err)
{
    for (size_t r = 0; r < count; r++) {
        if (!SG_SQL_RUN(&journal->state.sql, err, SG_SQL_VERSION_NOTE, SG_V_TEXT(routes[r].mapping),
                        SG_V_TEXT(routes[r].map_hash), SG_V_NUMBER(journal->state.now_ms),
                        SG_V_TEXT(author->who), SG_V_TEXT(author->how)))
            return false;
    }
    return true;
}
