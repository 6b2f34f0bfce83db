/* One item of a page or a webhook, as an event. */
#include "base/units.h"
#include "mapping/date.h"
#include "sgbridge/connector.h"
#include "tree/json.h"

/* Keeps the first problem: what cannot be told makes the event one that failed. */
static void keep_problem(struct sg_event *event, const struct sg_rule_run *run,
                         struct sg_place rule)
{
    if (event->problem.length > 0)
        return;
    event->problem_at = run->problems != NULL ? run->problems->at : rule;
    if (run->problems != NULL)
        event->problem = run->problems->text;
    else if (run->ignored.length > 0)
        event->problem = run->ignored;
    else
        event->problem = SG_STR("nothing comes of it");
}

/* What a rule of the record gives; "" and a problem when it cannot be kept. */
static struct sg_str ask(const struct sg_rule *rule, struct sg_rule_run *run,
                         struct sg_event *event)
{
    struct sg_str text = {0};

    run->problems = NULL;
    if (!sg_rule_run_text(rule, run, &text)) {
        keep_problem(event, run, sg_rule_place(rule));
        return (struct sg_str){0};
    }
    return text;
}

/* The same, where nothing is a problem even if the rule says `optional`. */
static struct sg_str need(const struct sg_rule *rule, struct sg_rule_run *run,
                          struct sg_event *event)
{
    const struct sg_str text = ask(rule, run, event);

    if (text.length == 0)
        keep_problem(event, run, sg_rule_place(rule));
    return text;
}

static bool holds(const struct sg_condition *condition, struct sg_rule_run *run,
                  struct sg_event *event)
{
    run->problems = NULL;
    if (sg_condition_holds(condition, run, NULL))
        return true;
    if (run->problems != NULL)
        keep_problem(event, run, event->problem_at);
    return false;
}

static bool is_plain_number(struct sg_str text)
{
    const struct sg_str digits = sg_str_starts(text, "-") ? sg_str_skip(text, 1) : text;

    return digits.length == 1 || !sg_str_starts(digits, "0"); /* "007" is no number to compare by */
}

static struct sg_str hash_of(struct sg_arena *arena, const struct sg_event *event)
{
    return sg_hex(arena, (struct sg_str){(const char *)event->sha256.bytes, SG_SHA256_BYTES});
}

static void read_version(const struct sg_record_reader *reader, struct sg_rule_run *run,
                         struct sg_event *event)
{
    const struct sg_rule *rule = reader->record->view.version;
    const struct sg_str version = rule == NULL ? (struct sg_str){0} : ask(rule, run, event);

    event->is_version_declared = version.length > 0;
    if (!event->is_version_declared) {
        event->version = hash_of(run->arena, event);
        return;
    }
    event->version = version;
    if (is_plain_number(version) && sg_units_integer(version, &event->version_value))
        event->version_kind = SG_VERSION_NUMBER;
    else if (sg_date_parse_iso(version, reader->system->zone, &event->version_value))
        event->version_kind = SG_VERSION_TIME;
}

/* The content, as it is kept, and its hash; without the content when that is too large. */
static void write_body(const struct sg_node *item, size_t max_bytes, struct sg_arena *arena,
                       struct sg_event *event)
{
    struct sg_buffer body = {.arena = arena};

    sg_json_write(&body, item);
    event->sha256 = sg_sha256_of(sg_buffer_text(&body));
    event->size = body.length;
    if (body.length <= max_bytes)
        event->body = sg_buffer_text(&body);
    else
        event->problem = sg_str_format(arena, "too large: %zu bytes, at most %zu are kept",
                                       body.length, max_bytes);
}

/* All but `where`. */
static void read_event(const struct sg_record_reader *reader, struct sg_rule_run *run,
                       struct sg_event *out)
{
    const struct sg_record *record = reader->record;
    const struct sg_node *item = run->scopes.at[SG_SCOPE_HAND];

    write_body(item, reader->max_bytes, run->arena, out);
    read_version(reader, run, out);
    out->record_id = need(record->view.id, run, out);
    out->is_nameless = out->record_id.length == 0;
    if (out->is_nameless)
        out->record_id = hash_of(run->arena, out); /* known again by its content */
    out->key = need(record->view.key, run, out);
    if (record->view.round != NULL)
        out->round = ask(record->view.round, run, out);
    if (record->own != NULL)
        out->is_own = holds(record->own, run, out);
    out->shape = sg_shape_of(run->arena, item, reader->shape_pointers, reader->shape_count,
                             record->view.is_loose);
}

static struct sg_event begin_event(const struct sg_record_reader *reader, int64_t now_ms)
{
    const struct sg_record *record = reader->record;

    return (struct sg_event){
        .system = reader->system->name,
        .record = record->name,
        .is_key_linked = record->view.is_key_linked,
        .wait_ms = record->view.is_key_linked ? record->wait_ms : 0,
        .skips_after_wait = record->skips_after_wait,
        .captured_at = now_ms,
        .problem_at = record->at,
    };
}

bool sg_record_read(const struct sg_record_reader *reader, const struct sg_node *item,
                    int64_t now_ms, struct sg_arena *arena, struct sg_event *out)
{
    const struct sg_record *record = reader->record;
    struct sg_rule_run run = {.arena = arena, .observer = reader->observer};

    run.scopes.at[SG_SCOPE_HAND] = item;
    *out = begin_event(reader, now_ms);
    out->tree = item;
    if (record->where != NULL && !holds(record->where, &run, out) && out->problem.length == 0)
        return false;
    read_event(reader, &run, out);
    return true;
}

void sg_record_keep(const struct sg_record_reader *reader, const struct sg_node *item,
                    int64_t now_ms, struct sg_arena *arena, struct sg_event *out)
{
    struct sg_rule_run run = {.arena = arena, .observer = reader->observer};

    run.scopes.at[SG_SCOPE_HAND] = item;
    *out = begin_event(reader, now_ms);
    read_event(reader, &run, out);
}
