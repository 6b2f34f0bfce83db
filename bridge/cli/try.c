/* sgbridge try MAPPING [FILE]: one record through a mapping, step by step; nothing is sent. */
#include "cli/try.h"

#include <unistd.h>

#include "base/buffer.h"
#include "base/suggest.h"
#include "base/units.h"
#include "cli/record.h"
#include "tree/json.h"

enum { LABEL_COLUMN = 10 };

/* What came of one record. */
struct outcome {
    const struct sg_delivery *delivery;
    const struct sg_steps *steps;
    struct sg_mapping_result result;
};

/* --- the words --- */

/* `gam=44/1405`, or several with commas between. */
static bool read_links(struct sg_try *it, const char *given)
{
    struct sg_str rest = sg_str_of(given == NULL ? "" : given);
    struct sg_link *links =
        sg_arena_get(it->cli->arena, sg_str_count(rest, ',') + 1, sizeof *links);

    it->links = links;
    while (rest.length > 0) {
        const char *comma = memchr(rest.at, ',', rest.length);
        const struct sg_str one = {rest.at,
                                   comma == NULL ? rest.length : (size_t)(comma - rest.at)};
        const char *equals = one.length == 0 ? NULL : memchr(one.at, '=', one.length);

        if (equals == NULL || equals == one.at || equals + 1 == one.at + one.length)
            return false;
        const struct sg_str system = {one.at, (size_t)(equals - one.at)};
        links[it->link_count++] = (struct sg_link){system, sg_str_skip(one, system.length + 1)};
        rest = sg_str_skip(rest, one.length + 1);
    }
    return true;
}

static int read_words(struct sg_try *it)
{
    const struct sg_try_options *options = it->cli->options;

    if (options->event != NULL && it->cli->word_count > 1)
        return sg_subcommand_misused(it->cli, "say one of FILE and --event ID");
    if (options->round != NULL &&
        (!sg_units_integer(sg_str_of(options->round), &it->round) || it->round < 1))
        return sg_subcommand_misused(it->cli, "--round is a whole number from 1 on, not %s",
                                     options->round);
    if (!read_links(it, options->link))
        return sg_subcommand_misused(it->cli, "--link is SYSTEM=ID, not %s", options->link);
    return SG_EXIT_OK;
}

/* --- the files --- */

/* MAPPING as a path says in which folder the others are: `mappings` of mappings/ticket-note.yaml. */
static struct sg_str split_path(struct sg_arena *arena, const char *word, const char **dir)
{
    const char *slash = strrchr(word, '/');
    struct sg_str name = sg_str_of(slash == NULL ? word : slash + 1);
    const struct sg_str ending = SG_STR(".yaml");

    if (name.length > ending.length &&
        sg_str_equal(sg_str_skip(name, name.length - ending.length), ending)) {
        name.length -= ending.length;
        *dir = ".";
    }
    if (slash != NULL)
        *dir = slash == word ? "/" : sg_str_c(arena, (struct sg_str){word, (size_t)(slash - word)});
    return name;
}

static int tell_unknown(const struct sg_try *it, const struct sg_catalog *catalog,
                        struct sg_str name, const char *dir)
{
    size_t count = 0;
    const struct sg_mapping *const *mappings = sg_catalog_mappings(catalog, &count);
    struct sg_str *names = sg_arena_get(it->cli->arena, count, sizeof *names);

    for (size_t m = 0; m < count; m++)
        names[m] = sg_mapping_name(mappings[m]);
    const struct sg_str *meant = sg_suggest(name, names, count);
    (void)fprintf(stderr, "sgbridge: there is no mapping %.*s in %s", SG_STR_ARG(name), dir);
    if (meant != NULL)
        (void)fprintf(stderr, " (did you mean %.*s?)", SG_STR_ARG(*meant));
    (void)fputc('\n', stderr);
    return SG_EXIT_UNABLE;
}

/* The files, of which `it` borrows its mapping; NULL after saying what is wrong. */
static struct sg_catalog *load(struct sg_try *it)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    const struct sg_try_options *options = it->cli->options;
    const char *dir = NULL;
    const struct sg_str name = split_path(it->cli->arena, it->cli->words[0], &dir);

    if (!sg_cli_find_settings(it->cli, dir != NULL && options->event == NULL, &it->settings))
        return NULL;
    if (it->settings == NULL && options->event != NULL &&
        (it->settings = sg_cli_settings(it->cli)) == NULL)
        return NULL;
    dir = sg_cli_mappings(dir, it->settings);
    struct sg_catalog *catalog =
        sg_catalog_load(dir, &(struct sg_secrets){.is_read = false}, false, findings);
    if (catalog == NULL) {
        sg_findings_print(findings, stderr);
        return NULL;
    }
    it->mapping = sg_catalog_mapping(catalog, name);
    if (it->mapping == NULL) {
        (void)tell_unknown(it, catalog, name, dir);
        sg_catalog_free(catalog);
        return NULL;
    }
    it->source = sg_catalog_system(catalog, sg_mapping_from_system(it->mapping));
    it->record = sg_system_record(it->source, sg_mapping_from_record(it->mapping));
    return catalog;
}

/* --- going through it --- */

static void map(const struct sg_try *it, struct outcome *out)
{
    struct sg_arena *arena = it->cli->arena;
    const struct sg_preparing preparing = {.arena = arena,
                                           .name = it->settings != NULL ? it->settings->name
                                                                        : SG_STR("test"),
                                           .delivery = out->delivery};
    struct sg_node *links = sg_node_new(arena, SG_NODE_OBJECT);
    struct sg_steps *steps = sg_steps_new(arena);
    struct sg_mapping_given given = {
        .link = links, .event = sg_prepare_event(&preparing), .observer = sg_steps_observer(steps)};
    struct sg_error err;

    for (size_t l = 0; l < out->delivery->link_count; l++)
        (void)sg_node_add(links, out->delivery->links[l].system,
                          sg_node_text(arena, out->delivery->links[l].id));
    out->steps = steps;
    if (!sg_json_read(arena, out->delivery->event.body, NULL, &given.record, &err)) {
        out->result = (struct sg_mapping_result){.outcome = SG_MAPPED_FAILED,
                                                 .reason = SG_STR("the record cannot be read")};
        return;
    }
    sg_mapping_observe(it->mapping, arena, &given, &out->result);
}

/* What can be no event goes through no mapping. */
static struct outcome try_one(const struct sg_try *it, const struct sg_delivery *delivery)
{
    struct outcome out = {.delivery = delivery};
    const struct sg_event *event = &delivery->event;

    if (event->problem.length > 0)
        out.result = (struct sg_mapping_result){.outcome = SG_MAPPED_FAILED,
                                                .reason = event->problem,
                                                .place = event->problem_at,
                                                .problems = 1};
    else
        map(it, &out);
    return out;
}

/* --- for people --- */

static struct sg_str target_name(const struct sg_try *it)
{
    return sg_str_format(it->cli->arena, "%.*s.%.*s", SG_STR_ARG(sg_mapping_to_system(it->mapping)),
                         SG_STR_ARG(sg_mapping_to_operation(it->mapping)));
}

static struct sg_str source_name(const struct sg_try *it)
{
    return sg_str_format(it->cli->arena, "%.*s.%.*s", SG_STR_ARG(it->source->name),
                         SG_STR_ARG(it->record->name));
}

static void print_fact(const struct sg_screen *screen, const char *label, struct sg_str text)
{
    sg_screen_print_pair(screen, &(struct sg_screen_pair){0, sg_str_of(label), LABEL_COLUMN, text});
}

static void print_event(const struct sg_try *it, const struct sg_screen *screen,
                        const struct sg_delivery *delivery)
{
    struct sg_arena *arena = it->cli->arena;
    const struct sg_event *event = &delivery->event;
    struct sg_str ticket = delivery->ticket;

    print_fact(screen, "record",
               sg_str_format(arena, "%.*s %.*s, version %.*s", SG_STR_ARG(source_name(it)),
                             SG_STR_ARG(event->record_id), SG_STR_ARG(event->version)));
    if (ticket.length == 0)
        ticket = sg_str_format(arena, "not known; --link %.*s=KEY would tell it",
                               SG_STR_ARG(sg_mapping_key_system(it->mapping)));
    print_fact(screen, "ticket",
               sg_str_format(arena, "%.*s, round %lld%s", SG_STR_ARG(ticket),
                             (long long)delivery->round,
                             delivery->round < delivery->latest_round ? ", late" : ""));
    for (size_t l = 0; l < delivery->link_count; l++) {
        const struct sg_link *link = &delivery->links[l];

        if (!sg_str_equal(link->system, sg_mapping_key_system(it->mapping)))
            print_fact(
                screen, "link",
                sg_str_format(arena, "%.*s %.*s", SG_STR_ARG(link->system), SG_STR_ARG(link->id)));
    }
}

static void print_input(const struct sg_try *it, const struct sg_screen *screen,
                        const struct sg_node *input, bool is_masked)
{
    struct sg_buffer json = {.arena = it->cli->arena};

    sg_json_write_pretty(&json, is_masked ? sg_record_mask(it->cli->arena, input) : input);
    struct sg_str rest = sg_buffer_text(&json);
    while (rest.length > 0) {
        const char *end = memchr(rest.at, '\n', rest.length);
        const struct sg_str line = {rest.at, end == NULL ? rest.length : (size_t)(end - rest.at)};

        (void)printf("%.*s\n",
                     SG_STR_ARG(sg_screen_isolate(screen, sg_screen_clean(it->cli->arena, line))));
        rest = sg_str_skip(rest, line.length + 1);
    }
}

/* Why there is no input, and how much of it there would have been. */
static void print_stop(const struct sg_try *it, const struct sg_screen *screen,
                       const struct outcome *out)
{
    const struct sg_mapping_result *result = &out->result;
    const size_t failed = out->steps == NULL ? 0 : sg_steps_failed(out->steps);
    struct sg_buffer text = {.arena = it->cli->arena};

    if (result->outcome == SG_MAPPED_SKIPPED)
        sg_buffer_add_format(&text, "skipped: %.*s", SG_STR_ARG(result->reason));
    else if (failed > 0)
        sg_buffer_add_format(&text, "%zu of %zu targets failed", failed,
                             sg_steps_targets(out->steps));
    else if (result->place.file != NULL)
        sg_buffer_add_format(&text, "%s:%d:%d: %.*s", result->place.file, result->place.line,
                             result->place.column, SG_STR_ARG(result->reason));
    else
        sg_buffer_add(&text, result->reason);
    sg_buffer_add(&text, SG_STR("; nothing would be sent"));
    sg_screen_paragraph(screen, "", 2, sg_buffer_text(&text));
}

static void print_one(const struct sg_try *it, const struct sg_screen *screen,
                      const struct outcome *out, bool is_masked)
{
    print_event(it, screen, out->delivery);
    if (out->steps != NULL)
        sg_steps_print(out->steps, screen, is_masked);
    if (out->result.outcome != SG_MAPPED_INPUT) {
        print_stop(it, screen, out);
        return;
    }
    (void)printf("%.*s would get\n", SG_STR_ARG(target_name(it)));
    print_input(it, screen, out->result.input, is_masked);
}

/* --- for programs --- */

static void add_text(struct sg_arena *arena, struct sg_node *to, const char *name,
                     struct sg_str text)
{
    (void)sg_node_add(to, sg_str_of(name), sg_node_text(arena, text));
}

static struct sg_node *outcome_node(const struct sg_try *it, const struct outcome *out,
                                    bool is_masked)
{
    static const char *const names[] = {[SG_MAPPED_INPUT] = "input",
                                        [SG_MAPPED_SKIPPED] = "skipped",
                                        [SG_MAPPED_FAILED] = "failed"};
    struct sg_arena *arena = it->cli->arena;
    const struct sg_mapping_result *result = &out->result;
    struct sg_node *node = sg_node_new(arena, SG_NODE_OBJECT);

    add_text(arena, node, "record_id", out->delivery->event.record_id);
    add_text(arena, node, "version", out->delivery->event.version);
    add_text(arena, node, "ticket", out->delivery->ticket);
    (void)sg_node_add(node, SG_STR("round"), sg_node_number(arena, out->delivery->round));
    add_text(arena, node, "outcome", sg_str_of(names[result->outcome]));
    add_text(arena, node, "reason", result->reason);
    if (result->place.file != NULL) {
        add_text(arena, node, "file", sg_str_of(result->place.file));
        (void)sg_node_add(node, SG_STR("line"), sg_node_number(arena, result->place.line));
        (void)sg_node_add(node, SG_STR("column"), sg_node_number(arena, result->place.column));
        add_text(arena, node, "pointer", result->pointer);
    }
    if (result->outcome == SG_MAPPED_INPUT)
        (void)sg_node_add(node, SG_STR("input"),
                          is_masked ? sg_record_mask(arena, result->input)
                                    : sg_node_share(arena, result->input));
    if (out->steps != NULL)
        (void)sg_node_add(node, SG_STR("steps"), sg_steps_to_node(out->steps, is_masked));
    return node;
}

/* --- the whole --- */

static int show(const struct sg_try *it, const struct sg_tried *tried)
{
    const struct sg_try_options *options = it->cli->options;
    const bool is_masked = options->event != NULL;
    const struct sg_screen screen = sg_screen_of(it->cli->arena, stdout);
    struct sg_node *list = sg_node_new(it->cli->arena, SG_NODE_LIST);
    bool is_sent = tried->count > 0;

    if (!it->cli->is_json)
        (void)printf("%.*s: %.*s -> %.*s\n", SG_STR_ARG(sg_mapping_name(it->mapping)),
                     SG_STR_ARG(source_name(it)), SG_STR_ARG(target_name(it)));
    for (size_t t = 0; t < tried->count; t++) {
        const struct outcome out = try_one(it, &tried->at[t]);

        is_sent = is_sent && out.result.outcome == SG_MAPPED_INPUT;
        if (!it->cli->is_json && t > 0)
            (void)putchar('\n');
        if (it->cli->is_json)
            (void)sg_node_append(list, outcome_node(it, &out, is_masked));
        else
            print_one(it, &screen, &out, is_masked);
    }
    if (it->cli->is_json) {
        sg_answers_print_json(it->cli, list);
    } else if (tried->count == 0) {
        sg_steps_print(tried->where, &screen, is_masked);
        (void)puts("left out by the record's `where`; nothing would be sent");
    }
    return is_sent ? SG_EXIT_OK : SG_EXIT_NO;
}

static int run(const struct sg_cli *cli)
{
    const struct sg_try_options *options = cli->options;
    struct sg_try it = {.cli = cli};
    struct sg_tried tried = {0};
    int code = read_words(&it);

    if (code != SG_EXIT_OK)
        return code;
    struct sg_catalog *catalog = load(&it);
    if (catalog == NULL)
        return SG_EXIT_UNABLE;
    code = options->event != NULL
               ? sg_try_read_event(&it, options->event, &tried)
               : sg_try_read_file(&it, cli->word_count > 1 ? cli->words[1] : "-", &tried);
    if (code == SG_EXIT_OK)
        code = show(&it, &tried);
    sg_catalog_free(catalog);
    return code;
}

static const struct sg_option OPTIONS[] = {
    SG_OPTION_VALUE(struct sg_try_options, event, "event", "ID",
                    "an event of the journal, as `trace` numbers it; masked"),
    SG_OPTION_VALUE(struct sg_try_options, link, "link", "SYSTEM=ID",
                    "what it is linked to; several: A=1,B=2"),
    SG_OPTION_VALUE(struct sg_try_options, round, "round", "N", "its round of the ticket; else 1"),
    SG_OPTION_FLAG(struct sg_try_options, is_late, "late", "a later round has begun"),
    {0},
};

const struct sg_subcommand SG_SUBCOMMAND_TRY = {
    .name = "try",
    .group = SG_SUBCOMMAND_INTEGRATOR,
    .brief = "one record through a mapping, step by step",
    .about = "Shows, target by target, what a mapping reads of a record, what each transform\n"
             "makes of it, and where it stops; then what the operation would get. MAPPING is a\n"
             "name or a path, FILE a record as its system sends it, else standard input.",
    .words = "MAPPING [FILE]",
    .least = 1,
    .most = 2,
    .exits = "0 it would be sent; 1 it would not; 69 it could not be tried",
    .examples = {"try ticket-to-case ticket.json",
                 "try mappings/ticket-to-case.yaml < ticket.json"},
    .has_json = true,
    .options = OPTIONS,
    .options_size = sizeof(struct sg_try_options),
    .run = run,
};
