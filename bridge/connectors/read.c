#include "connectors/read.h"

#include "connectors/header.h"
#include "connectors/item.h"
#include "connectors/items.h"
#include "connectors/request.h"
#include "tree/json.h"

bool sg_read_request(const struct sg_reading *reading, struct sg_arena *arena,
                     struct sg_request *out, struct sg_error *err)
{
    struct sg_node *hand = sg_node_new(arena, SG_NODE_OBJECT);
    struct sg_rule_run run = {.arena = arena};

    (void)sg_node_add(hand, SG_STR("id"), sg_node_text(arena, reading->id));
    run.scopes.at[SG_SCOPE_HAND] = hand;
    run.scopes.at[SG_SCOPE_NOW] = sg_request_now(arena, reading->now_ms);
    return sg_request_build(reading->reader.system, reading->reader.record->read, &run, out) ||
           sg_request_error(&run, err);
}

static void refuse(struct sg_read *out, struct sg_str said)
{
    out->end = SG_READ_REFUSED;
    out->said = said;
}

/* Read as the record is kept, so that it is the same however the record came. */
static struct sg_str reference_of(const struct sg_record *record, const struct sg_event *event,
                                  struct sg_arena *arena)
{
    struct sg_rule_run run = {.arena = arena};
    struct sg_str text = {0};
    struct sg_error err;

    if (record->read_reference == NULL ||
        !sg_json_read(arena, event->body, NULL, &run.scopes.at[SG_SCOPE_HAND], &err) ||
        !sg_rule_run_text(record->read_reference, &run, &text))
        return (struct sg_str){0};
    return text;
}

/* More than one may come where one was asked for: look-alikes, or the same one twice. */
static const struct sg_event *find_event(const struct sg_events *events, struct sg_str id)
{
    for (size_t e = 0; e < events->count; e++) {
        if (events->at[e].problem.length == 0 && sg_str_equal(events->at[e].record_id, id))
            return &events->at[e];
    }
    return NULL;
}

static void take_items(const struct sg_reading *reading, const struct sg_items *items,
                       struct sg_arena *arena, struct sg_read *out)
{
    struct sg_events events = {.arena = arena};
    const struct sg_node *item = items->first;

    for (size_t i = 0; i < items->count; i++, item = item->next)
        sg_item_take(&reading->reader, item, reading->now_ms, &events);
    const struct sg_event *event = find_event(&events, reading->id);

    if (event != NULL) {
        out->end = SG_READ_FOUND;
        out->event = *event;
        out->reference = reference_of(reading->reader.record, event, arena);
    } else if (events.count == 0) {
        out->end = items->count == 0 ? SG_READ_NONE : SG_READ_LEFT_OUT;
    } else if (events.at[0].problem.length > 0) {
        refuse(out, events.at[0].problem);
    } else {
        refuse(out, SG_STR("it answers with another record than was asked for"));
    }
}

static void take_answer(const struct sg_reading *reading, const struct sg_reply *reply,
                        const struct sg_node *tree, struct sg_arena *arena, struct sg_read *out)
{
    struct sg_scopes scopes = {{0}};
    struct sg_items items;
    struct sg_error err;

    scopes.at[SG_SCOPE_HAND] = tree;
    scopes.at[SG_SCOPE_HEADERS] = sg_header_tree(arena, reply->headers, reply->header_count);
    if (!sg_items_get(reading->reader.record->read_items, &scopes, &items, &err))
        refuse(out, sg_str_copy(arena, sg_str_of(err.text)));
    else if (sg_items_are_malformed(&items, reading->reader.system, reply))
        refuse(out, SG_STR("the answer lacks what `items` names"));
    else
        take_items(reading, &items, arena, out);
}

void sg_read_take(const struct sg_reading *reading, const struct sg_reply *reply,
                  struct sg_arena *arena, struct sg_read *out)
{
    const struct sg_exchange exchange = {reading->reader.system, NULL, reply, reading->now_ms};
    struct sg_answer answer;

    *out = (struct sg_read){0};
    sg_answer_judge(&exchange, SG_CALL_READ, reading->reader.record->read_answers, arena, &answer);
    out->said = answer.said;
    out->retry_after_ms = answer.retry_after_ms;
    switch (answer.outcome) {
    case SG_OUTCOME_SUCCESS:
    case SG_OUTCOME_EXISTS:
        take_answer(reading, reply, answer.tree, arena, out);
        break;
    case SG_OUTCOME_NONE:
        out->end = SG_READ_NONE;
        break;
    case SG_OUTCOME_PERMANENT:
        out->end = SG_READ_REFUSED;
        break;
    case SG_OUTCOME_DEFAULT:
    case SG_OUTCOME_TEMPORARY:
    case SG_OUTCOME_LOGIN:
    case SG_OUTCOME_UNKNOWN:
        out->end = SG_READ_WAIT;
        break;
    }
}
