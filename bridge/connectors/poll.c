#include "connectors/poll.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "connectors/cursor.h"
#include "connectors/header.h"
#include "connectors/item.h"
#include "connectors/items.h"
#include "connectors/request.h"
#include "tree/json.h"

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

/* --- one page --- */

/* What is at hand while a page is taken. */
struct taking {
    struct sg_poll *poll;
    const struct sg_reply *reply;
    struct sg_arena *arena;
    int64_t now_ms;
    struct sg_answer answer;
    struct sg_items items;
    struct sg_item *opened; /* the items, decoded */
    const struct sg_node *headers;
    struct sg_position greatest; /* of the page's items, or the answer's token */
    bool is_of_one_position;     /* all items are where the greatest is */
    struct sg_poll_page *out;
};

static void alarm_about(struct taking *taking, struct sg_str said)
{
    taking->out->step = SG_POLL_ALARM;
    taking->out->said = said;
}

/* What a rule over `hand` says, as text; "" when it cannot be kept or says nothing. */
static struct sg_str ask(const struct taking *taking, const struct sg_rule *rule,
                         const struct sg_node *hand)
{
    struct sg_rule_run run = {.arena = taking->arena};
    struct sg_str text = {0};

    run.scopes.at[SG_SCOPE_HAND] = hand;
    run.scopes.at[SG_SCOPE_HEADERS] = taking->headers;
    if (!sg_rule_run_text(rule, &run, &text))
        return (struct sg_str){0};
    return text;
}

static void read_positions(struct taking *taking)
{
    const struct sg_poll *poll = taking->poll;
    const struct sg_rule *rule = poll->spec->cursor_rule;

    taking->is_of_one_position = true;
    if (poll->spec->cursor == SG_CURSOR_NONE)
        return;
    if (poll->spec->cursor == SG_CURSOR_TOKEN) {
        taking->greatest =
            sg_cursor_position(&poll->cursor, ask(taking, rule, taking->answer.tree));
        return;
    }
    for (size_t i = 0; i < taking->items.count; i++) {
        struct sg_position seen =
            sg_cursor_position(&poll->cursor, ask(taking, rule, taking->opened[i].tree));

        if (i > 0 && (!seen.is_set || seen.value != taking->greatest.value))
            taking->is_of_one_position = false;
        if (sg_cursor_is_further(&poll->cursor, taking->greatest, seen))
            taking->greatest = seen;
    }
}

static struct sg_record_reader reader_of(const struct sg_poll_setup *setup)
{
    return (struct sg_record_reader){setup->system, setup->record, setup->shape_pointers,
                                     setup->shape_count, setup->max_event_bytes};
}

static void open_items(struct taking *taking)
{
    const struct sg_record_reader reader = reader_of(&taking->poll->setup);
    const struct sg_node *item = taking->items.first;

    taking->opened = sg_arena_get(taking->arena, taking->items.count, sizeof *taking->opened);
    for (size_t i = 0; i < taking->items.count; i++, item = item->next) {
        taking->opened[i] = (struct sg_item){.received = item, .tree = item};
        sg_item_decode(&reader, &taking->opened[i], taking->arena);
    }
}

static void read_events(struct taking *taking)
{
    const struct sg_record_reader reader = reader_of(&taking->poll->setup);
    struct sg_events events = {.arena = taking->arena};

    for (size_t i = 0; i < taking->items.count; i++)
        sg_item_read(&reader, &taking->opened[i], taking->now_ms, &events);
    taking->out->events = events.at;
    taking->out->count = events.count;
}

static uint64_t hash_of_items(const struct taking *taking)
{
    const struct sg_node *item = taking->items.first;
    struct sg_buffer bytes = {.arena = taking->arena};

    for (size_t i = 0; i < taking->items.count; i++, item = item->next)
        sg_json_write(&bytes, item);
    return sg_hash64(sg_buffer_text(&bytes));
}

/* --- how it goes on --- */

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

/* NUMBER, OFFSET, ROW: a server that has no more pages may give the last one again. */
static enum sg_poll_step after_counted(struct taking *taking)
{
    struct sg_poll *poll = taking->poll;
    uint64_t hash = hash_of_items(taking);

    if (poll->page > 0 && hash == poll->last_hash) {
        taking->items.count = 0;
        return SG_POLL_DONE;
    }
    poll->last_hash = hash;
    if (!is_circle(poll, hash))
        return SG_POLL_MORE;
    taking->out->said = SG_STR("no progress: a page comes again and again");
    return SG_POLL_ALARM;
}

/* TOKEN, NEXT: on until `at` gives nothing. */
static enum sg_poll_step after_marked(struct taking *taking)
{
    struct sg_poll *poll = taking->poll;
    struct sg_request next;
    bool is_next = poll->spec->pages == SG_PAGES_NEXT;

    poll->mark = ask(taking, poll->spec->page_at, taking->answer.tree);
    if (poll->mark.length == 0)
        return SG_POLL_DONE;
    if (is_next && !sg_request_of_url(poll->setup.system, taking->arena, poll->mark, &next)) {
        taking->out->said = SG_STR("the next page is on another host");
        return SG_POLL_ALARM;
    }
    uint64_t hash = sg_hash64(poll->mark);

    if (is_circle(poll, hash) || (poll->page > 0 && hash == poll->last_hash)) {
        taking->out->said = is_next ? SG_STR("no progress: the same next page twice")
                                    : SG_STR("no progress: the same token twice");
        return SG_POLL_ALARM;
    }
    poll->last_hash = hash;
    return SG_POLL_MORE;
}

/* CURSOR: on until a page is empty or the cursor stands. */
static enum sg_poll_step after_asked(struct taking *taking, struct sg_position position)
{
    struct sg_poll *poll = taking->poll;
    bool is_full = (int64_t)taking->items.count >= poll->spec->page_size;

    if (taking->items.count == 0)
        return SG_POLL_DONE;
    if (!sg_cursor_is_further(&poll->cursor, poll->cursor.asked, position)) {
        if (!is_full || !taking->is_of_one_position || poll->spec->cursor == SG_CURSOR_TOKEN)
            return SG_POLL_DONE;
        taking->out->said = SG_STR("no progress: a full page of one time; raise `size`");
        return SG_POLL_ALARM;
    }
    poll->cursor.asked = position;
    if (poll->spec->cursor == SG_CURSOR_TOKEN && is_circle(poll, sg_hash64(position.token))) {
        taking->out->said = SG_STR("no progress: the same token twice");
        return SG_POLL_ALARM;
    }
    return SG_POLL_MORE;
}

static enum sg_poll_step step_after(struct taking *taking)
{
    struct sg_poll *poll = taking->poll;
    struct sg_position position = sg_cursor_take(&poll->cursor, taking->greatest);

    switch (poll->spec->pages) {
    case SG_PAGES_NUMBER:
    case SG_PAGES_OFFSET:
    case SG_PAGES_ROW:
        return taking->items.count == 0 ? SG_POLL_DONE : after_counted(taking);
    case SG_PAGES_TOKEN:
    case SG_PAGES_NEXT:
        return after_marked(taking);
    case SG_PAGES_CURSOR:
        return after_asked(taking, position);
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

static void take_page(struct taking *taking)
{
    struct sg_poll *poll = taking->poll;
    struct sg_poll_page *out = taking->out;

    sg_cursor_limit(&poll->cursor, taking->answer.date_ms);
    open_items(taking);
    read_positions(taking);
    out->step = step_after(taking);
    poll->page++;
    keep_marks(poll);
    read_events(taking);
    if (out->step == SG_POLL_ALARM) {
        out->said = sg_str_format(taking->arena, "page %lld: %.*s", (long long)poll->page,
                                  SG_STR_ARG(out->said));
        return;
    }
    out->has_cursor = poll->spec->cursor != SG_CURSOR_NONE &&
                      (out->step == SG_POLL_DONE || poll->spec->pages == SG_PAGES_CURSOR);
    if (out->has_cursor)
        out->cursor = sg_cursor_write(&poll->cursor, out->step == SG_POLL_DONE, taking->arena);
}

/* A good answer: its items, if they can be read. */
static void take_answer(struct taking *taking)
{
    struct sg_poll *poll = taking->poll;
    struct sg_scopes scopes = {{0}};
    struct sg_error err;

    scopes.at[SG_SCOPE_HAND] = taking->answer.tree;
    scopes.at[SG_SCOPE_HEADERS] = taking->headers;
    if (taking->answer.outcome != SG_OUTCOME_NONE) {
        if (!sg_items_get(poll->spec->items, &scopes, &taking->items, &err)) {
            alarm_about(taking, sg_str_copy(taking->arena, sg_str_of(err.text)));
            return;
        }
        if (sg_items_are_malformed(&taking->items, poll->setup.system, taking->reply)) {
            alarm_about(taking, SG_STR("the answer lacks what `items` names"));
            return;
        }
    }
    take_page(taking);
}

void sg_poll_take(struct sg_poll *poll, const struct sg_reply *reply, int64_t now_ms,
                  struct sg_arena *arena, struct sg_poll_page *out)
{
    struct taking taking = {
        .poll = poll, .reply = reply, .arena = arena, .now_ms = now_ms, .out = out};

    *out = (struct sg_poll_page){0};
    sg_answer_judge(&(struct sg_exchange){poll->setup.system, NULL, reply, now_ms}, SG_CALL_READ,
                    poll->spec->answers, arena, &taking.answer);
    taking.headers = sg_header_tree(arena, reply->headers, reply->header_count);
    out->retry_after_ms = taking.answer.retry_after_ms;
    out->said = taking.answer.said;
    out->outcome = taking.answer.outcome;
    switch (taking.answer.outcome) {
    case SG_OUTCOME_SUCCESS:
    case SG_OUTCOME_EXISTS:
    case SG_OUTCOME_NONE:
        if (out->outcome == SG_OUTCOME_EXISTS)
            out->outcome = SG_OUTCOME_SUCCESS;
        out->said = (struct sg_str){0};
        take_answer(&taking);
        break;
    case SG_OUTCOME_PERMANENT:
        out->step = SG_POLL_ALARM;
        break;
    case SG_OUTCOME_DEFAULT:
    case SG_OUTCOME_TEMPORARY:
    case SG_OUTCOME_UNKNOWN:
        out->outcome = SG_OUTCOME_TEMPORARY;
        out->step = taking.answer.is_malformed ? SG_POLL_ALARM : SG_POLL_WAIT;
        break;
    }
}
