/* sgbridge try: the record, and what is known of it beside it. */
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/units.h"
#include "cli/try.h"
#include "connectors/item.h"

enum { READ_BYTES = 64 * 1024 };

static const char *const EVENT[] = {"system",  "record",       "record_id", "version",
                                    "ticket",  "key",          "#linked",   "#round",
                                    "#latest", "#captured_at", "body",      NULL};
static const char *const LINKS[] = {"#round", "system", "id", NULL};

/* --- links --- */

static const struct sg_link *find_link(const struct sg_delivery *delivery, struct sg_str system)
{
    for (size_t l = 0; l < delivery->link_count; l++) {
        if (sg_str_equal(delivery->links[l].system, system))
            return &delivery->links[l];
    }
    return NULL;
}

/* What is typed goes before what is known, so the first of a system holds. */
static void add_link(struct sg_arena *arena, struct sg_delivery *delivery, struct sg_str system,
                     struct sg_str id)
{
    struct sg_link *links = sg_arena_get(arena, delivery->link_count + 1, sizeof *links);

    if (id.length == 0 || find_link(delivery, system) != NULL)
        return;
    if (delivery->link_count > 0)
        memcpy(links, delivery->links, delivery->link_count * sizeof *links);
    links[delivery->link_count++] = (struct sg_link){system, id};
    delivery->links = links;
}

/* The links that are typed, and the two that an event brings by itself: its key, and its ticket. */
static void finish(const struct sg_try *it, struct sg_delivery *delivery)
{
    struct sg_arena *arena = it->cli->arena;
    const struct sg_try_options *options = it->cli->options;
    const struct sg_str key_system = sg_mapping_key_system(it->mapping);

    if (delivery->event.is_key_linked) {
        add_link(arena, delivery, it->source->name, delivery->event.key);
        if (delivery->ticket.length == 0 && find_link(delivery, key_system) != NULL)
            delivery->ticket = find_link(delivery, key_system)->id;
    }
    add_link(arena, delivery, key_system, delivery->ticket);
    if (it->round > 0)
        delivery->round = it->round;
    if (delivery->latest_round < delivery->round)
        delivery->latest_round = delivery->round;
    if (options->is_late && delivery->latest_round == delivery->round)
        delivery->latest_round++;
}

static struct sg_delivery begin(const struct sg_try *it)
{
    return (struct sg_delivery){.mapping = sg_mapping_name(it->mapping),
                                .target = sg_mapping_to_system(it->mapping),
                                .round = 1,
                                .links = it->links,
                                .link_count = it->link_count};
}

/* --- a file --- */

static bool read_input(struct sg_arena *arena, size_t limit, struct sg_str *out,
                       struct sg_error *err)
{
    const struct sg_place at = {.file = "standard input"};
    struct sg_buffer text = {.arena = arena};
    ssize_t got;

    if (isatty(STDIN_FILENO) != 0)
        (void)fputs("The record, then Ctrl-D:\n", stderr);
    do {
        got = read(STDIN_FILENO, sg_buffer_reserve(&text, READ_BYTES), READ_BYTES);
        if (got < 0)
            return sg_error_errno(err, at, "cannot be read");
        text.length += (size_t)got;
        if (text.length > limit)
            return sg_error_set(err, SG_ERROR_INPUT, at, "is larger than %zu bytes", limit);
    } while (got > 0);
    *out = sg_buffer_text(&text);
    return true;
}

static void tell(const struct sg_error *err)
{
    (void)fprintf(stderr, "%s:", err->at.file);
    if (err->at.line > 0)
        (void)fprintf(stderr, "%d:%d:", err->at.line, err->at.column);
    (void)fprintf(stderr, " %s\n", err->text);
}

/* The document as the system would send it. */
static bool read_document(const struct sg_try *it, const char *path, const struct sg_node **out)
{
    struct sg_arena *arena = it->cli->arena;
    const struct sg_system_view *view = &it->source->view;
    const size_t limit = (size_t)it->source->limits.answer_bytes;
    const bool is_input = strcmp(path, "-") == 0;
    struct sg_str bytes = {0};
    struct sg_error err;

    bool is_good = is_input ? read_input(arena, limit, &bytes, &err)
                            : sg_file_read(arena, path, limit, &bytes, &err);
    if (is_good) {
        const struct sg_str text = sg_charset_decode(it->source->charset, arena, bytes);

        is_good = view->read_document(view->system, arena, text, out, &err);
        err.at.file = is_input ? "standard input" : path;
    }
    if (!is_good)
        tell(&err);
    return is_good;
}

int sg_try_read_file(const struct sg_try *it, const char *path, struct sg_tried *out)
{
    struct sg_arena *arena = it->cli->arena;
    struct sg_events events = {.arena = arena};
    const struct sg_node *document = NULL;

    *out = (struct sg_tried){.where = sg_steps_new(arena)};
    const struct sg_record_reader reader = {
        .system = it->source,
        .record = it->record,
        .max_bytes = it->settings != NULL ? (size_t)it->settings->max_event_bytes : SIZE_MAX,
        .observer = sg_steps_observer(out->where)};

    if (!read_document(it, path, &document))
        return SG_EXIT_UNABLE;
    sg_item_take(&reader, document, sg_clock_now_ms(), &events);
    out->at = sg_arena_get(arena, events.count, sizeof *out->at);
    for (; out->count < events.count; out->count++) {
        struct sg_delivery *delivery = &out->at[out->count];

        *delivery = begin(it);
        delivery->event = events.at[out->count];
        if (!delivery->event.is_key_linked)
            delivery->ticket = delivery->event.key;
        finish(it, delivery);
    }
    return SG_EXIT_OK;
}

/* --- an event of the journal --- */

static bool ask(const struct sg_try *it, struct sg_view *view, const char *number,
                const struct sg_node **event, const struct sg_node **links)
{
    const struct sg_node *found =
        sg_answers_rows(it->cli, view, SG_VIEW_EVENT, sg_str_of(number), EVENT);

    if (found == NULL)
        return false;
    *event = found->first;
    *links =
        sg_answers_rows(it->cli, view, SG_VIEW_LINKS, sg_answers_text(*event, "ticket"), LINKS);
    return *links != NULL;
}

/* Why it cannot be tried; false when it can. */
static bool refuse(const struct sg_try *it, const char *number, const struct sg_node *event)
{
    const struct sg_str system = sg_answers_text(event, "system");
    const struct sg_str record = sg_answers_text(event, "record");

    if (event == NULL)
        (void)fprintf(stderr, "sgbridge: there is no event %s in the journal\n", number);
    else if (!sg_str_equal(system, it->source->name) || !sg_str_equal(record, it->record->name))
        (void)fprintf(stderr, "sgbridge: event %s is of %.*s.%.*s; %.*s takes %.*s.%.*s\n", number,
                      SG_STR_ARG(system), SG_STR_ARG(record),
                      SG_STR_ARG(sg_mapping_name(it->mapping)), SG_STR_ARG(it->source->name),
                      SG_STR_ARG(it->record->name));
    else if (sg_answers_text(event, "body").length == 0)
        (void)fprintf(stderr, "sgbridge: the record of event %s is not kept any more\n", number);
    else
        return false;
    return true;
}

static void fill(const struct sg_try *it, const struct sg_node *event, const struct sg_node *links,
                 struct sg_delivery *delivery)
{
    *delivery = begin(it);
    delivery->ticket = sg_answers_text(event, "ticket");
    if (sg_answers_number(event, "round") > 0)
        delivery->round = sg_answers_number(event, "round");
    delivery->latest_round = sg_answers_number(event, "latest");
    delivery->event = (struct sg_event){.system = it->source->name,
                                        .record = it->record->name,
                                        .record_id = sg_answers_text(event, "record_id"),
                                        .version = sg_answers_text(event, "version"),
                                        .key = sg_answers_text(event, "key"),
                                        .is_key_linked = sg_answers_number(event, "linked") != 0,
                                        .captured_at = sg_answers_number(event, "captured_at"),
                                        .body = sg_answers_text(event, "body")};
    for (const struct sg_node *link = links->first; link != NULL; link = link->next) {
        if (sg_answers_number(link, "round") == delivery->round)
            add_link(it->cli->arena, delivery, sg_answers_text(link, "system"),
                     sg_answers_text(link, "id"));
    }
    finish(it, delivery);
}

int sg_try_read_event(const struct sg_try *it, const char *number, struct sg_tried *out)
{
    const struct sg_node *event = NULL, *links = NULL;
    struct sg_view *view = NULL;
    struct sg_error err;

    if (!sg_view_open(it->settings->journal, it->settings->state, &view, &err)) {
        (void)fprintf(stderr, "%s: %s\n", it->settings->state, err.text);
        return SG_EXIT_UNABLE;
    }
    const bool is_read = ask(it, view, number, &event, &links);

    sg_view_close(view);
    if (!is_read || refuse(it, number, event))
        return SG_EXIT_UNABLE;
    *out = (struct sg_tried){.at = sg_arena_get(it->cli->arena, 1, sizeof *out->at),
                             .count = 1,
                             .where = sg_steps_new(it->cli->arena)};
    fill(it, event, links, out->at);
    return SG_EXIT_OK;
}
