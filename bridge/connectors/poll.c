#include "connectors/poll.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "connectors/cursor.h"
#include "connectors/fetch.h"
#include "connectors/header.h"
#include "connectors/item.h"
#include "connectors/items.h"
#include "connectors/request.h"
#include "tree/json.h"

enum { PART_EVENTS = 500, PART_BYTES = 1 << 20 };

/* The page at hand. */
struct page {
    struct sg_arena *arena; /* the caller's, as long as the page */
    struct sg_answer answer;
    const struct sg_node *headers;
    struct sg_items items;
    size_t done;                   /* how many of them */
    const struct sg_node *item;    /* the one that is next */
    struct sg_sighting *sightings; /* one for each, where something is fetched; else NULL */
    struct sg_position greatest;   /* of the items so far, or the answer's token */
    bool has_position;             /* an item was asked for its position */
    bool is_of_one_position;       /* all items are where the greatest is */
    enum sg_poll_step end;         /* of counted pages, told by the page as a whole */
    struct sg_str said;            /* with ALARM */
};

/* A pass goes through thousands of pages: what it keeps is of fixed size, and the last mark. */
struct sg_poll {
    struct sg_poll_setup setup;
    const struct sg_poll_spec *spec;
    struct sg_arena *arena; /* of the cursor as it began */
    struct sg_arena *marks; /* of `mark` and of positions, as of the last page */
    struct sg_cursor cursor;
    int64_t page;       /* from 0 */
    struct sg_str mark; /* TOKEN, NEXT: how to ask for the page; "" for the first */
    uint64_t last_hash; /* of the last page, or of the mark it was asked by */
    /* A circle of pages is found as Brent does: the hash of page 1, 2, 4, 8, … is remembered. */
    uint64_t milestone_hash;
    int64_t milestone;
    struct page at;
    struct sg_arena *part; /* of what is read between two commits */
    struct sg_events events;
    size_t part_bytes;      /* of the events and of what was fetched */
    struct sg_fetch *fetch; /* of the item that is next; NULL: none is under way */
};

/* --- beginning and asking --- */

struct sg_poll *sg_poll_begin(const struct sg_poll_setup *setup, int64_t now_ms)
{
    struct sg_arena *arena = sg_arena_new();
    struct sg_poll *poll = calloc(1, sizeof *poll);

    if (poll == NULL)
        abort(); /* no memory left */
    poll->setup = *setup;
    poll->spec = setup->record->poll;
    poll->arena = arena;
    sg_cursor_begin(&poll->cursor, setup->system, poll->spec, setup->cursor, now_ms, arena);
    return poll;
}

void sg_poll_free(struct sg_poll *poll)
{
    if (poll == NULL)
        return;
    sg_arena_free(poll->part);
    sg_arena_free(poll->marks);
    sg_arena_free(poll->arena);
    free(poll);
}

static void add_number(struct sg_node *object, struct sg_str name, int64_t number,
                       struct sg_arena *arena)
{
    sg_node_add(object, name, sg_node_number(arena, number));
}

/* The scope `page:`. */
static const struct sg_node *page_tree(const struct sg_poll *poll, struct sg_arena *arena)
{
    struct sg_node *object = sg_node_new(arena, SG_NODE_OBJECT);
    int64_t size = poll->spec->page_size, offset = poll->page * size;

    add_number(object, SG_STR("number"), poll->page + 1, arena);
    add_number(object, SG_STR("offset"), offset, arena);
    add_number(object, SG_STR("row"), offset + 1, arena);
    add_number(object, SG_STR("last"), offset + size, arena);
    add_number(object, SG_STR("size"), size, arena);
    if (poll->spec->pages == SG_PAGES_TOKEN && poll->mark.length > 0)
        sg_node_add(object, SG_STR("token"), sg_node_text(arena, poll->mark));
    return object;
}

bool sg_poll_request(struct sg_poll *poll, struct sg_arena *arena, int64_t now_ms,
                     struct sg_request *out, struct sg_error *err)
{
    const struct sg_system *system = poll->setup.system;
    struct sg_rule_run run = {.arena = arena};

    if (poll->spec->pages == SG_PAGES_NEXT && poll->mark.length > 0) {
        bool is_ours = sg_request_of_url(system, arena, poll->mark, out);

        return is_ours || sg_error_set(err, SG_ERROR_INPUT, poll->spec->request.at,
                                       "the next page is on another host");
    }
    run.scopes.at[SG_SCOPE_CURSOR] = sg_cursor_tree(&poll->cursor, arena);
    run.scopes.at[SG_SCOPE_PAGE] = page_tree(poll, arena);
    run.scopes.at[SG_SCOPE_NOW] = sg_request_now(arena, now_ms);
    return sg_request_build(system, &poll->spec->request, &run, out) || sg_request_error(&run, err);
}

/* --- rules over a page --- */

/* What a rule over `hand` says, as text; "" when it cannot be kept or says nothing. */
static struct sg_str ask(const struct page *page, const struct sg_rule *rule,
                         const struct sg_node *hand)
{
    struct sg_rule_run run = {.arena = page->arena};
    struct sg_str text = {0};

    run.scopes.at[SG_SCOPE_HAND] = hand;
    run.scopes.at[SG_SCOPE_HEADERS] = page->headers;
    if (!sg_rule_run_text(rule, &run, &text))
        return (struct sg_str){0};
    return text;
}

static struct sg_position position_of(const struct sg_poll *poll, const struct sg_node *hand)
{
    return sg_cursor_position(&poll->cursor, ask(&poll->at, poll->spec->cursor_rule, hand));
}

static bool is_by_items(const struct sg_poll *poll)
{
    return poll->spec->cursor == SG_CURSOR_TIME || poll->spec->cursor == SG_CURSOR_NUMBER;
}

static void read_position(struct sg_poll *poll, const struct sg_node *item)
{
    struct page *page = &poll->at;

    if (!is_by_items(poll))
        return;
    const struct sg_position seen = position_of(poll, item);

    if (page->has_position && (!seen.is_set || seen.value != page->greatest.value))
        page->is_of_one_position = false;
    page->has_position = true;
    if (sg_cursor_is_further(&poll->cursor, page->greatest, seen))
        page->greatest = seen;
}

/* --- how it goes on --- */

static uint64_t hash_of_items(const struct page *page)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_node *item = page->items.first;
    struct sg_buffer bytes = {.arena = arena};

    for (size_t i = 0; i < page->items.count; i++, item = item->next)
        sg_json_write(&bytes, item);
    return sg_hash64(sg_buffer_text(&bytes));
}

static enum sg_poll_step alarm_about(struct page *page, struct sg_str said)
{
    page->said = said;
    return SG_POLL_ALARM;
}

/* Whether this hash was seen before, and so would be again for ever. */
static bool is_circle(struct sg_poll *poll, uint64_t hash)
{
    bool is_known = poll->page > 0 && hash == poll->milestone_hash;

    if (poll->page + 1 >= 2 * poll->milestone) {
        poll->milestone = poll->page + 1;
        poll->milestone_hash = hash;
    }
    return is_known;
}

static bool is_counted(const struct sg_poll *poll)
{
    return poll->spec->pages == SG_PAGES_NUMBER || poll->spec->pages == SG_PAGES_OFFSET ||
           poll->spec->pages == SG_PAGES_ROW;
}

/* Counted pages: a server that has no more of them may give the last one again. */
static enum sg_poll_step after_counted(struct sg_poll *poll)
{
    struct page *page = &poll->at;

    if (page->items.count == 0)
        return SG_POLL_DONE;
    const uint64_t hash = hash_of_items(page);

    if (poll->page > 0 && hash == poll->last_hash) {
        page->items.count = 0;
        return SG_POLL_DONE;
    }
    poll->last_hash = hash;
    return is_circle(poll, hash)
               ? alarm_about(page, SG_STR("no progress: a page comes again and again"))
               : SG_POLL_MORE;
}

/* TOKEN, NEXT: on until `at` gives nothing. */
static enum sg_poll_step after_marked(struct sg_poll *poll)
{
    struct page *page = &poll->at;
    struct sg_request next;
    bool is_next = poll->spec->pages == SG_PAGES_NEXT;

    poll->mark = ask(page, poll->spec->page_at, page->answer.tree);
    if (poll->mark.length == 0)
        return SG_POLL_DONE;
    if (is_next && !sg_request_of_url(poll->setup.system, page->arena, poll->mark, &next))
        return alarm_about(page, SG_STR("the next page is on another host"));
    uint64_t hash = sg_hash64(poll->mark);

    if (is_circle(poll, hash) || (poll->page > 0 && hash == poll->last_hash))
        return alarm_about(page, is_next ? SG_STR("no progress: the same next page twice")
                                         : SG_STR("no progress: the same token twice"));
    poll->last_hash = hash;
    return SG_POLL_MORE;
}

/* CURSOR: on until a page is empty or the cursor stands. */
static enum sg_poll_step after_asked(struct sg_poll *poll, struct sg_position position)
{
    struct page *page = &poll->at;
    bool is_full = (int64_t)page->items.count >= poll->spec->page_size;

    if (page->items.count == 0)
        return SG_POLL_DONE;
    if (!sg_cursor_is_further(&poll->cursor, poll->cursor.asked, position)) {
        if (!is_full || !page->is_of_one_position || poll->spec->cursor == SG_CURSOR_TOKEN)
            return SG_POLL_DONE;
        return alarm_about(page, SG_STR("no progress: a full page of one time; raise `size`"));
    }
    poll->cursor.asked = position;
    if (poll->spec->cursor == SG_CURSOR_TOKEN && is_circle(poll, sg_hash64(position.token)))
        return alarm_about(page, SG_STR("no progress: the same token twice"));
    return SG_POLL_MORE;
}

static enum sg_poll_step step_after(struct sg_poll *poll)
{
    struct sg_position position = sg_cursor_take(&poll->cursor, poll->at.greatest);

    switch (poll->spec->pages) {
    case SG_PAGES_NUMBER:
    case SG_PAGES_OFFSET:
    case SG_PAGES_ROW:
        return poll->at.end;
    case SG_PAGES_TOKEN:
    case SG_PAGES_NEXT:
        return after_marked(poll);
    case SG_PAGES_CURSOR:
        return after_asked(poll, position);
    case SG_PAGES_NONE:
        break;
    }
    return SG_POLL_DONE;
}

/* Positions and mark borrow from the answer; what the next page needs is copied out of it. */
static void keep_marks(struct sg_poll *poll)
{
    struct sg_arena *marks = sg_arena_new();

    poll->mark = sg_str_copy(marks, poll->mark);
    poll->cursor.kept.token = sg_str_copy(marks, poll->cursor.kept.token);
    poll->cursor.asked.token = sg_str_copy(marks, poll->cursor.asked.token);
    sg_arena_free(poll->marks);
    poll->marks = marks;
}

/* --- the items of a page --- */

static struct sg_record_reader reader_of(const struct sg_poll *poll)
{
    const struct sg_poll_setup *setup = &poll->setup;

    return (struct sg_record_reader){setup->system,          setup->record,
                                     setup->shape_pointers,  setup->shape_count,
                                     setup->max_event_bytes, NULL};
}

static void begin_part(struct sg_poll *poll)
{
    sg_arena_free(poll->part);
    poll->part = sg_arena_new();
    poll->events = (struct sg_events){.arena = poll->part};
    poll->part_bytes = 0;
    poll->fetch = NULL;
}

static void give_part(struct sg_poll *poll, enum sg_poll_step step, struct sg_poll_page *out)
{
    out->step = step;
    out->events = poll->events.at;
    out->count = poll->events.count;
}

static void move_on(struct page *page)
{
    page->done++;
    page->item = page->item->next;
}

/* An item as whole as it gets, in the order of format.md: decoded, asked for its position, read. */
static void read_item(struct sg_poll *poll, struct sg_item item, int64_t now_ms)
{
    const struct sg_record_reader reader = reader_of(poll);
    const size_t before = poll->events.bytes;

    sg_item_decode(&reader, &item, poll->part);
    read_position(poll, item.tree);
    sg_item_read(&reader, &item, now_ms, &poll->events);
    poll->part_bytes += poll->events.bytes - before;
    move_on(&poll->at);
}

/* False when a call is needed first. */
static bool go_on_fetching(struct sg_poll *poll, int64_t now_ms, struct sg_poll_page *out)
{
    if (sg_fetch_next(poll->fetch, now_ms, &out->request)) {
        out->step = SG_POLL_FETCH;
        out->arena = poll->part;
        return false;
    }
    poll->part_bytes += sg_fetch_bytes(poll->fetch);
    read_item(poll, sg_fetch_item(poll->fetch), now_ms);
    poll->fetch = NULL;
    return true;
}

static bool take_item(struct sg_poll *poll, int64_t now_ms, struct sg_poll_page *out)
{
    struct page *page = &poll->at;
    const struct sg_node *item = page->item;

    if (page->sightings == NULL) {
        read_item(poll, (struct sg_item){.received = item, .tree = item}, now_ms);
        return true;
    }
    if (page->sightings[page->done].is_captured) {
        read_position(poll, item);
        move_on(page);
        return true;
    }
    poll->fetch = sg_fetch_begin(poll->setup.system, poll->setup.record, item, poll->part);
    return go_on_fetching(poll, now_ms, out);
}

static void end_page(struct sg_poll *poll, struct sg_poll_page *out)
{
    struct page *page = &poll->at;
    const enum sg_poll_step step = step_after(poll);

    give_part(poll, step, out);
    out->outcome = page->answer.outcome == SG_OUTCOME_NONE ? SG_OUTCOME_NONE : SG_OUTCOME_SUCCESS;
    out->retry_after_ms = page->answer.retry_after_ms;
    poll->page++;
    keep_marks(poll);
    if (step == SG_POLL_ALARM) {
        out->said = sg_str_format(page->arena, "page %lld: %.*s", (long long)poll->page,
                                  SG_STR_ARG(page->said));
        return;
    }
    out->has_cursor = poll->spec->cursor != SG_CURSOR_NONE &&
                      (step == SG_POLL_DONE || poll->spec->pages == SG_PAGES_CURSOR);
    if (out->has_cursor)
        out->cursor = sg_cursor_write(&poll->cursor, step == SG_POLL_DONE, page->arena);
}

static void go_on(struct sg_poll *poll, int64_t now_ms, struct sg_poll_page *out)
{
    struct page *page = &poll->at;

    out->item_count = page->items.count;
    while (page->done < page->items.count) {
        if (poll->events.count >= PART_EVENTS || poll->part_bytes >= PART_BYTES) {
            give_part(poll, SG_POLL_PART, out);
            return;
        }
        if (!take_item(poll, now_ms, out))
            return;
    }
    end_page(poll, out);
}

void sg_poll_next(struct sg_poll *poll, int64_t now_ms, struct sg_poll_page *out)
{
    *out = (struct sg_poll_page){0};
    begin_part(poll);
    go_on(poll, now_ms, out);
}

/* --- what is fetched for them --- */

/*
 * What a stub shows of itself, where that says all: with `split` its records have ids of their own,
 * and a position that stands in what is fetched alone would keep the cursor where it is.
 */
static struct sg_sighting see(const struct sg_poll *poll, const struct sg_node *stub)
{
    const struct sg_record_view *view = &poll->setup.record->view;
    struct sg_sighting seen = {0};

    if (view->version == NULL || poll->spec->split != NULL ||
        (is_by_items(poll) && !position_of(poll, stub).is_set))
        return seen;
    seen.version = ask(&poll->at, view->version, stub);
    if (seen.version.length > 0)
        seen.record_id = ask(&poll->at, view->id, stub);
    return seen;
}

/* True when at least one of the stubs can be asked for. */
static bool see_stubs(struct sg_poll *poll, struct sg_poll_page *out)
{
    struct page *page = &poll->at;
    const struct sg_node *item = page->items.first;
    bool is_any = false;

    page->sightings = sg_arena_get(page->arena, page->items.count, sizeof *page->sightings);
    for (size_t i = 0; i < page->items.count; i++, item = item->next) {
        page->sightings[i] = see(poll, item);
        is_any |= page->sightings[i].record_id.length > 0;
    }
    out->sightings = page->sightings;
    out->sighting_count = page->items.count;
    return is_any;
}

/* What could not be had ends the pass, a page or a fetch alike. */
static void end_without(const struct sg_answer *answer, struct sg_poll_page *out)
{
    out->retry_after_ms = answer->retry_after_ms;
    out->said = answer->said;
    if (answer->outcome == SG_OUTCOME_PERMANENT) {
        out->outcome = SG_OUTCOME_PERMANENT;
        out->step = SG_POLL_ALARM;
        return;
    }
    out->outcome = SG_OUTCOME_TEMPORARY;
    out->step = answer->is_malformed ? SG_POLL_ALARM : SG_POLL_WAIT;
}

void sg_poll_fetched(struct sg_poll *poll, const struct sg_reply *reply, int64_t now_ms,
                     struct sg_poll_page *out)
{
    struct sg_answer answer;

    *out = (struct sg_poll_page){0};
    if (!sg_fetch_take(poll->fetch, reply, now_ms, &answer)) {
        end_without(&answer, out);
        give_part(poll, out->step, out);
        out->said = sg_str_format(poll->part, "fetch: %.*s", SG_STR_ARG(out->said));
    } else if (go_on_fetching(poll, now_ms, out)) {
        go_on(poll, now_ms, out);
    }
}

/* --- the page itself --- */

static void take_page(struct sg_poll *poll, int64_t now_ms, struct sg_poll_page *out)
{
    struct page *page = &poll->at;

    sg_cursor_limit(&poll->cursor, page->answer.date_ms);
    if (poll->spec->cursor == SG_CURSOR_TOKEN)
        page->greatest = position_of(poll, page->answer.tree);
    page->end = is_counted(poll) ? after_counted(poll) : SG_POLL_DONE;
    page->item = page->items.first;
    if (poll->spec->fetch_count > 0 && page->items.count > 0 && see_stubs(poll, out))
        out->step = SG_POLL_LOOK;
    else
        go_on(poll, now_ms, out);
}

/* A good answer: its items, if they can be read. */
static void take_answer(struct sg_poll *poll, const struct sg_reply *reply, int64_t now_ms,
                        struct sg_poll_page *out)
{
    struct page *page = &poll->at;
    struct sg_scopes scopes = {{0}};
    struct sg_error err;

    scopes.at[SG_SCOPE_HAND] = page->answer.tree;
    scopes.at[SG_SCOPE_HEADERS] = page->headers;
    if (page->answer.outcome != SG_OUTCOME_NONE) {
        out->step = SG_POLL_ALARM;
        if (!sg_items_get(poll->spec->items, &scopes, &page->items, &err)) {
            out->said = sg_str_copy(page->arena, sg_str_of(err.text));
            return;
        }
        if (sg_items_are_malformed(&page->items, poll->setup.system, reply)) {
            out->said = SG_STR("the answer lacks what `items` names");
            return;
        }
    }
    take_page(poll, now_ms, out);
}

void sg_poll_take(struct sg_poll *poll, const struct sg_reply *reply, int64_t now_ms,
                  struct sg_arena *arena, struct sg_poll_page *out)
{
    struct page *page = &poll->at;

    *out = (struct sg_poll_page){0};
    *page = (struct page){.arena = arena, .is_of_one_position = true};
    begin_part(poll);
    sg_answer_judge(&(struct sg_exchange){poll->setup.system, NULL, reply, now_ms}, SG_CALL_READ,
                    poll->spec->answers, arena, &page->answer);
    page->headers = sg_header_tree(arena, reply->headers, reply->header_count);
    out->retry_after_ms = page->answer.retry_after_ms;
    switch (page->answer.outcome) {
    case SG_OUTCOME_SUCCESS:
    case SG_OUTCOME_EXISTS:
    case SG_OUTCOME_NONE:
        out->outcome = SG_OUTCOME_SUCCESS;
        take_answer(poll, reply, now_ms, out);
        break;
    case SG_OUTCOME_DEFAULT:
    case SG_OUTCOME_TEMPORARY:
    case SG_OUTCOME_PERMANENT:
    case SG_OUTCOME_UNKNOWN:
        end_without(&page->answer, out);
        break;
    }
}
