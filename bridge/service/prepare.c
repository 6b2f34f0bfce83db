#include "service/prepare.h"

#include "base/buffer.h"
#include "base/hash.h"
#include "mapping/date.h"
#include "tree/json.h"

enum { CALLS_OF_TICKET_MAX = 20 };

/* --- scopes --- */

static const struct sg_link *find_link(const struct sg_delivery *delivery, struct sg_str system)
{
    for (size_t l = 0; l < delivery->link_count; l++) {
        if (sg_str_equal(delivery->links[l].system, system))
            return &delivery->links[l];
    }
    return NULL;
}

static const struct sg_node *links_of(const struct sg_preparing *it)
{
    struct sg_node *links = sg_node_new(it->arena, SG_NODE_OBJECT);

    for (size_t l = 0; l < it->delivery->link_count; l++)
        (void)sg_node_add(links, it->delivery->links[l].system,
                          sg_node_text(it->arena, it->delivery->links[l].id));
    return links;
}

struct sg_str sg_prepare_reference(struct sg_arena *arena, struct sg_str name, struct sg_str ticket,
                                   int64_t round)
{
    struct sg_buffer out = {.arena = arena};

    sg_buffer_add(&out, name);
    sg_buffer_add_byte(&out, '-');
    sg_buffer_add(&out, ticket);
    sg_buffer_add_byte(&out, '.');
    sg_buffer_add_number(&out, round);
    return sg_buffer_text(&out);
}

const struct sg_node *sg_prepare_event(const struct sg_preparing *it)
{
    struct sg_arena *arena = it->arena;
    const struct sg_delivery *delivery = it->delivery;
    struct sg_node *event = sg_node_new(arena, SG_NODE_OBJECT);

    (void)sg_node_add(event, SG_STR("key"), sg_node_text(arena, delivery->ticket));
    (void)sg_node_add(event, SG_STR("id"), sg_node_text(arena, delivery->event.record_id));
    (void)sg_node_add(event, SG_STR("version"), sg_node_text(arena, delivery->event.version));
    (void)sg_node_add(event, SG_STR("round"), sg_node_number(arena, delivery->round));
    (void)sg_node_add(
        event, SG_STR("captured"),
        sg_node_text(arena, sg_date_write_iso_utc(arena, delivery->event.captured_at)));
    (void)sg_node_add(event, SG_STR("late"),
                      sg_node_boolean(arena, delivery->round < delivery->latest_round));
    (void)sg_node_add(event, SG_STR("reference"),
                      sg_node_text(arena, sg_prepare_reference(arena, it->name, delivery->ticket,
                                                               delivery->round)));
    return event;
}

/* The same as long as an earlier try may have been done; another one for another run. */
static struct sg_str key_of(const struct sg_preparing *it)
{
    const struct sg_delivery *delivery = it->delivery;
    struct sg_buffer words = {.arena = it->arena};

    sg_buffer_add(&words, it->name);
    sg_buffer_add_byte(&words, ' ');
    sg_buffer_add_number(&words, delivery->seq);
    sg_buffer_add_byte(&words, ' ');
    sg_buffer_add(&words, delivery->mapping);
    sg_buffer_add_byte(&words, ' ');
    sg_buffer_add_number(&words, delivery->run);
    sg_buffer_add_byte(&words, '.');
    sg_buffer_add_number(&words, delivery->key_generation);
    struct sg_sha256 sum = sg_sha256_of(sg_buffer_text(&words));

    return sg_hex(it->arena, (struct sg_str){(const char *)sum.bytes, 16});
}

struct sg_operation_call sg_prepare_call(const struct sg_preparing *it, const struct sg_node *event,
                                         const struct sg_node *input)
{
    return (struct sg_operation_call){.system = it->system,
                                      .op = it->operation,
                                      .source = it->source,
                                      .input = input,
                                      .event = event,
                                      .key = key_of(it),
                                      .now_ms = it->now_ms};
}

struct sg_str sg_prepare_hash(struct sg_arena *arena, const struct sg_node *input)
{
    struct sg_buffer text = {.arena = arena};

    sg_json_write(&text, input);
    struct sg_sha256 sum = sg_sha256_of(sg_buffer_text(&text));
    return sg_hex(arena, (struct sg_str){(const char *)sum.bytes, sizeof sum.bytes});
}

/* --- what is not sent --- */

static bool end(struct sg_prepared *out, enum sg_delivery_state state, struct sg_str reason)
{
    out->state = state;
    out->reason = reason;
    return false;
}

/* A person wants it sent once more: neither that it was ours nor that it says the same holds it. */
static bool is_asked_for(const struct sg_delivery *delivery)
{
    return delivery->run > 1;
}

/* What the event's mappings read is what they last read, with what our own calls will show. */
static bool is_expected_shape(const struct sg_preparing *it, size_t own_changes)
{
    const struct sg_delivery *delivery = it->delivery;
    struct sg_str expected = delivery->shape_before;

    for (size_t c = 0; c < own_changes; c++)
        expected = sg_shape_overlay(it->arena, expected, delivery->own_changes[c].shows);
    return sg_str_equal(expected, delivery->event.shape);
}

/* Our own change come back (format.md, section 6: gives). A person's edit mixed in is none. */
static bool is_echo(const struct sg_preparing *it)
{
    const struct sg_delivery *delivery = it->delivery;

    if (delivery->shape_before.length == 0)
        return false;
    for (size_t c = delivery->own_change_count; c-- > 0;) {
        if (sg_str_equal(delivery->own_changes[c].version, delivery->event.version))
            return is_expected_shape(it, c + 1);
    }
    return delivery->event.is_own && is_expected_shape(it, delivery->own_change_count);
}

static bool is_ping_pong(const struct sg_delivery *delivery)
{
    return delivery->run == 1 && delivery->attempts == 0 &&
           delivery->calls_of_ticket >= CALLS_OF_TICKET_MAX;
}

/* The steps from here on give false when it is not sent. */
static bool is_news(const struct sg_preparing *it, struct sg_prepared *out)
{
    if (!is_asked_for(it->delivery) && is_echo(it))
        return end(out, SG_DELIVERY_ECHO, SG_STR("our own change"));
    if (is_ping_pong(it->delivery))
        return end(out, SG_DELIVERY_FAILED,
                   SG_STR("more than 20 calls for this ticket within an hour"));
    return true;
}

static bool fits_link(const struct sg_preparing *it, struct sg_prepared *out)
{
    const struct sg_link *link = find_link(it->delivery, it->system->name);

    switch (it->operation->link) {
    case SG_LINK_OPENS:
        return link == NULL || end(out, SG_DELIVERY_SKIPPED, SG_STR("linked"));
    case SG_LINK_NEEDS:
        return link != NULL || end(out, SG_DELIVERY_SKIPPED, SG_STR("no link"));
    case SG_LINK_IGNORES:
        break;
    }
    return true;
}

/* --- what is sent --- */

static bool read_record(const struct sg_preparing *it, const struct sg_node **record,
                        struct sg_prepared *out)
{
    struct sg_error err;

    return sg_json_read(it->arena, it->delivery->event.body, NULL, record, &err) ||
           end(out, SG_DELIVERY_FAILED, SG_STR("the stored record cannot be read"));
}

/* Record to input. */
static bool map(const struct sg_preparing *it, const struct sg_node *record,
                const struct sg_node *event, struct sg_prepared *out)
{
    struct sg_mapping_result result;

    sg_mapping_run(it->mapping, it->arena, record, links_of(it), event, &result);
    out->input = result.input;
    out->new_codes = result.new_codes;
    if (result.outcome == SG_MAPPED_INPUT)
        return true;
    out->place = result.place;
    out->pointer = result.pointer;
    return end(out, result.outcome == SG_MAPPED_SKIPPED ? SG_DELIVERY_SKIPPED : SG_DELIVERY_FAILED,
               result.reason);
}

static bool says_something_new(const struct sg_preparing *it, struct sg_prepared *out)
{
    const struct sg_delivery *delivery = it->delivery;

    if (is_asked_for(delivery) || !it->operation->skips_unchanged || delivery->shadow.length == 0 ||
        !sg_str_equal(delivery->shadow, sg_prepare_hash(it->arena, out->input)))
        return true;
    return end(out, SG_DELIVERY_SKIPPED, SG_STR("unchanged"));
}

/* Input to request. */
static bool build(const struct sg_preparing *it, const struct sg_node *event,
                  struct sg_prepared *out)
{
    struct sg_rule_run run = {.arena = it->arena};
    const struct sg_operation_call call = sg_prepare_call(it, event, out->input);

    if (sg_operation_build(&call, &run, &out->request))
        return true;
    if (run.problems == NULL) /* IGNORE in a request's rule */
        return end(out, SG_DELIVERY_SKIPPED, run.ignored);
    out->place = run.problems->at;
    out->pointer = run.problems->target;
    return end(out, SG_DELIVERY_FAILED, run.problems->text);
}

void sg_prepare(const struct sg_preparing *it, const struct sg_node *event, struct sg_prepared *out)
{
    const struct sg_node *record = NULL;

    *out = (struct sg_prepared){.state = SG_DELIVERY_PENDING};
    if (is_news(it, out) && fits_link(it, out) && read_record(it, &record, out) &&
        map(it, record, event, out) && says_something_new(it, out))
        (void)build(it, event, out);
}

void sg_prepare_input(const struct sg_preparing *it, const struct sg_node *record,
                      const struct sg_node *event, struct sg_prepared *out)
{
    *out = (struct sg_prepared){.state = SG_DELIVERY_PENDING};
    if (fits_link(it, out))
        (void)map(it, record, event, out);
}
