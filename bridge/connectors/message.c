#include "connectors/message.h"

#include <inttypes.h>

#include "base/buffer.h"
#include "connectors/header.h"
#include "connectors/items.h"
#include "mapping/date.h"
#include "tree/json.h"
#include "tree/utf8.h"

/* One message on its way to its events. */
struct reading {
    const struct sg_record_reader *reader;
    const struct sg_message *message;
    int64_t now_ms;
    struct sg_arena *arena;
    struct sg_scopes put; /* what `put` sees, the same for every item; empty without one */
};

/* What stands beside the value: the scope `message:`. */
static const struct sg_node *beside(const struct reading *in)
{
    const struct sg_message *message = in->message;
    struct sg_node *node = sg_node_new(in->arena, SG_NODE_OBJECT);

    (void)sg_node_add(node, SG_STR("key"), sg_node_text(in->arena, message->key));
    (void)sg_node_add(node, SG_STR("topic"), sg_node_text(in->arena, message->topic));
    (void)sg_node_add(node, SG_STR("time"),
                      sg_node_text(in->arena, sg_date_write_iso_utc(in->arena, message->time_ms)));
    return node;
}

/* --- what cannot be read --- */

/* Kept whole, as far as anything is kept: a person can look at it, and it can be sent again. */
static void write_bytes(const struct reading *in, struct sg_event *event)
{
    const struct sg_message *message = in->message;
    struct sg_node *node = sg_node_new(in->arena, SG_NODE_OBJECT);
    struct sg_buffer body = {.arena = in->arena};

    (void)sg_node_add(node, SG_STR("topic"), sg_node_text(in->arena, message->topic));
    (void)sg_node_add(node, SG_STR("partition"), sg_node_number(in->arena, message->partition));
    (void)sg_node_add(node, SG_STR("offset"), sg_node_number(in->arena, message->offset));
    (void)sg_node_add(node, SG_STR("base64"),
                      sg_node_text(in->arena, sg_base64(in->arena, message->value)));
    sg_json_write(&body, node);
    event->sha256 = sg_sha256_of(sg_buffer_text(&body));
    event->size = message->value.length;
    if (body.length <= in->reader->max_bytes)
        event->body = sg_buffer_text(&body);
}

static void add_unreadable(const struct reading *in, const char *why, struct sg_events *out)
{
    const struct sg_message *message = in->message;
    struct sg_event *event = sg_events_next(out);

    *event = (struct sg_event){
        .system = in->reader->system->name,
        .record = in->reader->record->name,
        .is_key_linked = in->reader->record->view.is_key_linked,
        .captured_at = in->now_ms,
        .problem_at = in->reader->record->at,
        .problem = sg_str_format(
            in->arena, "offset %" PRId64 " of topic %.*s, partition %d, cannot be read: %s",
            message->offset, SG_STR_ARG(message->topic), message->partition, why)};
    write_bytes(in, event);
    event->record_id =
        sg_hex(in->arena, (struct sg_str){(const char *)event->sha256.bytes, SG_SHA256_BYTES});
    event->version = event->record_id;
    sg_events_keep(out);
}

/* --- what can --- */

/* The item with what `put` takes from beside it. */
static bool put_beside(const struct reading *in, struct sg_rule_run *run, struct sg_node *item)
{
    const struct sg_rule *put = in->reader->record->subscribe->put;
    const struct sg_node *made = NULL, *value = NULL;
    size_t count = 0;
    struct sg_error err;

    if (put == NULL)
        return true;
    if (item->kind != SG_NODE_OBJECT)
        return sg_rule_problem(run, sg_rule_place(put), (struct sg_str){0},
                               "`put` needs a record that is an object");
    if (!sg_rule_run(put, run, &made))
        return false;
    const struct sg_target *targets = sg_rule_targets(put, &count);

    for (size_t t = 0; t < count; t++) {
        if (sg_pointer_find(targets[t].pointer, made, &value, &err) && value != NULL)
            sg_pointer_put(in->arena, targets[t].pointer, item, sg_node_share(in->arena, value));
    }
    return true;
}

/* What stands beside the value goes into a tree, which is UTF-8. */
static bool is_text(const struct sg_message *message)
{
    bool is_text = sg_utf8_check(message->key, NULL);

    for (size_t h = 0; h < message->header_count; h++)
        is_text = is_text && sg_utf8_check(message->headers[h].value, NULL);
    return is_text;
}

static void add_item(const struct reading *in, const struct sg_node *item, struct sg_events *out)
{
    struct sg_rule_run run = {.arena = in->arena, .scopes = in->put};
    struct sg_node *record = sg_node_share(in->arena, item);

    if (!put_beside(in, &run, record))
        add_unreadable(in,
                       run.problems != NULL ? sg_str_c(in->arena, run.problems->text)
                                            : sg_str_c(in->arena, run.ignored),
                       out);
    else
        sg_item_take(in->reader, record, in->now_ms, out);
}

void sg_message_read(const struct sg_record_reader *reader, const struct sg_message *message,
                     int64_t now_ms, struct sg_events *out)
{
    struct sg_arena *arena = out->arena;
    struct reading in = {.reader = reader, .message = message, .now_ms = now_ms, .arena = arena};
    struct sg_scopes scopes = {0};
    struct sg_items items = {0};
    const struct sg_node *value = NULL;
    struct sg_error err;

    if (!message->has_value)
        return;
    bool is_read = sg_json_read(arena, message->value, NULL, &value, &err);

    scopes.at[SG_SCOPE_HAND] = value;
    is_read = is_read && sg_items_get(reader->record->subscribe->items, &scopes, &items, &err);
    if (is_read && reader->record->subscribe->put != NULL && !is_text(message))
        is_read = sg_error_set(&err, SG_ERROR_INPUT, (struct sg_place){0},
                               "its key or a header is no UTF-8");
    if (is_read && items.is_missing)
        is_read = sg_error_set(&err, SG_ERROR_INPUT, (struct sg_place){0}, "`items` is not there");
    if (!is_read) {
        add_unreadable(&in, err.text, out);
        return;
    }
    if (reader->record->subscribe->put != NULL) {
        in.put.at[SG_SCOPE_MESSAGE] = beside(&in);
        in.put.at[SG_SCOPE_HEADERS] =
            sg_header_tree(arena, message->headers, message->header_count);
    }
    const struct sg_node *item = items.first;

    for (size_t i = 0; i < items.count; i++, item = item->next)
        add_item(&in, item, out);
}
