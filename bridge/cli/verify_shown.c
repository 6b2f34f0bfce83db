#include "cli/verify_shown.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "cli/moment.h"
#include "cli/screen.h"
#include "cli/typed.h"

enum { INDENT = 4 };

/* What all of them come to. */
struct sum {
    int64_t findings, newer, untold, records;
    const struct sg_verified *first; /* of the findings */
};

static struct sum sum_up(const struct sg_verify *verify)
{
    struct sum sum = {0};
    size_t count = 0;
    const struct sg_asked *asked = sg_asker_asked(verify->asker, &count);

    for (size_t s = 0; s < count; s++)
        sum.untold += asked[s].untold;
    for (const struct sg_verified *one = verify->first; one != NULL; one = one->next) {
        sum.records++;
        sum.newer += one->finding == SG_VERIFIED_NEWER;
        if (one->finding != SG_VERIFIED_FINE && sum.findings++ == 0)
            sum.first = one;
    }
    return sum;
}

/* --- in words --- */

static void print_finding(const struct sg_verify *verify, const struct sg_screen *screen,
                          const struct sg_verified *one)
{
    static const char *const words[] = {
        [SG_VERIFIED_NOT_KNOWN] = "not known there",
        [SG_VERIFIED_NEWER] = "newer there than what was captured",
        [SG_VERIFIED_ANOTHERS] = "carries the reference of another",
    };
    struct sg_arena *arena = verify->cli->arena;
    struct sg_buffer line = {.arena = arena};

    sg_buffer_add_format(&line, "%.*s.%.*s %.*s: %s", SG_STR_ARG(one->system->name),
                         SG_STR_ARG(one->record->name), SG_STR_ARG(one->id), words[one->finding]);
    if (one->finding == SG_VERIFIED_NEWER && one->kind == SG_VERSION_TIME)
        sg_buffer_add_format(&line, ", changed %.*s ago",
                             SG_STR_ARG(sg_moment_age(arena, sg_clock_now_ms() - one->value)));
    sg_screen_paragraph(screen, "", INDENT, sg_buffer_text(&line));
    line.length = 0;
    sg_buffer_add_format(&line, "ticket %.*s", SG_STR_ARG(one->ticket));
    if (one->round > 0)
        sg_buffer_add_format(&line, ", round %lld", (long long)one->round);
    sg_screen_paragraph(screen, "    of ", INDENT, sg_buffer_text(&line));
}

static void print_details(const struct sg_screen *screen, const struct sg_verified *one)
{
    if (one->finding == SG_VERIFIED_NEWER) {
        sg_screen_paragraph(screen, "    there    ", INDENT, one->version);
        sg_screen_paragraph(screen, "    captured ", INDENT, one->head.version);
    } else if (one->finding == SG_VERIFIED_ANOTHERS) {
        sg_screen_paragraph(screen, "    there    ", INDENT, one->reference);
        sg_screen_paragraph(screen, "    expected ", INDENT, one->expected);
    }
}

static void print_asked(const struct sg_verify *verify, const struct sg_screen *screen)
{
    size_t count = 0;
    const struct sg_asked *asked = sg_asker_asked(verify->asker, &count);

    for (size_t s = 0; s < count; s++) {
        struct sg_str head =
            sg_str_format(verify->cli->arena, "%.*s told of %lld of %lld records",
                          SG_STR_ARG(asked[s].system->name), (long long)asked[s].told,
                          (long long)asked[s].told + (long long)asked[s].untold);

        if (asked[s].told + asked[s].untold == 0)
            continue;
        if (asked[s].untold > 0)
            head = sg_str_format(verify->cli->arena, "%.*s: %.*s", SG_STR_ARG(head),
                                 SG_STR_ARG(asked[s].said));
        sg_screen_paragraph(screen, "", INDENT, head);
    }
}

static void print_end(const struct sg_verify *verify, const struct sum *sum)
{
    struct sg_buffer command = {.arena = verify->cli->arena};

    if (sum->records == 0) {
        (void)puts(verify->tickets == 0
                       ? "no ticket in the journal yet"
                       : "none of their records says by `read` how it is asked for");
        return;
    }
    if (sum->newer > 0 && !verify->is_running)
        (void)puts("the daemon is not running: what is newer is captured after its start");
    if (sum->findings == 0) {
        (void)puts(sum->untold == 0 ? "all are known, and none is newer than what was captured"
                                    : "nothing is wrong with those that were told of");
        return;
    }
    sg_typed_add(&command, sum->first->ticket);
    (void)printf("what the bridge did: sgbridge trace%.*s\n", SG_STR_ARG(sg_buffer_text(&command)));
}

static void print_text(const struct sg_verify *verify, const struct sum *sum,
                       const struct sg_node *standing)
{
    const struct sg_screen screen = sg_screen_of(verify->cli->arena, stdout);

    if (verify->all_tickets > 0)
        (void)printf("%.*s of %.*s tickets\n",
                     SG_STR_ARG(sg_answers_count(verify->cli->arena, verify->tickets)),
                     SG_STR_ARG(sg_answers_count(verify->cli->arena, verify->all_tickets)));
    for (const struct sg_verified *one = verify->first; one != NULL; one = one->next) {
        if (one->finding == SG_VERIFIED_FINE)
            continue;
        print_finding(verify, &screen, one);
        print_details(&screen, one);
    }
    print_asked(verify, &screen);
    print_end(verify, sum);
    sg_answers_print_standing(standing);
}

/* --- in JSON --- */

static void add_text(struct sg_node *object, struct sg_arena *arena, const char *name,
                     struct sg_str text)
{
    (void)sg_node_add(object, sg_str_of(name), sg_node_text(arena, text));
}

static struct sg_node *json_of_finding(struct sg_arena *arena, const struct sg_verified *one)
{
    static const char *const names[] = {[SG_VERIFIED_NOT_KNOWN] = "not known",
                                        [SG_VERIFIED_NEWER] = "newer",
                                        [SG_VERIFIED_ANOTHERS] = "another reference"};
    struct sg_node *out = sg_node_new(arena, SG_NODE_OBJECT);

    add_text(out, arena, "finding", sg_str_of(names[one->finding]));
    add_text(out, arena, "system", one->system->name);
    add_text(out, arena, "record", one->record->name);
    add_text(out, arena, "id", one->id);
    add_text(out, arena, "ticket", one->ticket);
    if (one->round > 0)
        (void)sg_node_add(out, SG_STR("round"), sg_node_number(arena, one->round));
    if (one->finding == SG_VERIFIED_NEWER) {
        add_text(out, arena, "there", one->version);
        add_text(out, arena, "captured", one->head.version);
        if (one->kind == SG_VERSION_TIME)
            (void)sg_node_add(out, SG_STR("since"), sg_node_number(arena, one->value));
    } else if (one->finding == SG_VERIFIED_ANOTHERS) {
        add_text(out, arena, "there", one->reference);
        add_text(out, arena, "expected", one->expected);
    }
    return out;
}

static struct sg_node *json_of_asked(const struct sg_verify *verify)
{
    struct sg_arena *arena = verify->cli->arena;
    struct sg_node *list = sg_node_new(arena, SG_NODE_LIST);
    size_t count = 0;
    const struct sg_asked *asked = sg_asker_asked(verify->asker, &count);

    for (size_t s = 0; s < count; s++) {
        struct sg_node *one = sg_node_new(arena, SG_NODE_OBJECT);

        add_text(one, arena, "system", asked[s].system->name);
        (void)sg_node_add(one, SG_STR("told"), sg_node_number(arena, asked[s].told));
        (void)sg_node_add(one, SG_STR("untold"), sg_node_number(arena, asked[s].untold));
        add_text(one, arena, "said", asked[s].said);
        (void)sg_node_append(list, one);
    }
    return list;
}

static void print_json(const struct sg_verify *verify, struct sg_node *standing)
{
    struct sg_arena *arena = verify->cli->arena;
    struct sg_node *out = sg_node_new(arena, SG_NODE_OBJECT);
    struct sg_node *findings = sg_node_new(arena, SG_NODE_LIST);

    for (const struct sg_verified *one = verify->first; one != NULL; one = one->next) {
        if (one->finding != SG_VERIFIED_FINE)
            (void)sg_node_append(findings, json_of_finding(arena, one));
    }
    (void)sg_node_add(out, SG_STR("tickets"), sg_node_number(arena, verify->tickets));
    (void)sg_node_add(out, SG_STR("findings"), findings);
    (void)sg_node_add(out, SG_STR("asked"), json_of_asked(verify));
    (void)sg_node_add(out, SG_STR("running"), sg_node_boolean(arena, verify->is_running));
    (void)sg_node_add(out, SG_STR("view"), standing);
    sg_answers_print_json(verify->cli, out);
}

int sg_verify_show(const struct sg_verify *verify)
{
    const struct sum sum = sum_up(verify);
    struct sg_node *standing = sg_answers_standing(verify->cli, verify->view);

    if (standing == NULL)
        return SG_EXIT_UNABLE;
    if (verify->cli->is_json)
        print_json(verify, standing);
    else
        print_text(verify, &sum, standing);
    if (sum.findings > 0)
        return SG_EXIT_NO;
    return sum.untold > 0 || (sum.records == 0 && verify->tickets > 0) ? SG_EXIT_UNABLE
                                                                       : SG_EXIT_OK;
}
