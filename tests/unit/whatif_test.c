#include "cli/whatif_try.h"

#include "base/buffer.h"
#include "connectors/secrets.h"
#include "folder_unit.h"

/* Two systems and one mapping between them, of which a row changes one file. */
#define A(rules)                                                         \
    "system: a\nurl: http://a\nformat: json\nrecords:\n  thing: {" rules \
    ", read: {request: {get: \"/things/{/id}\"}, items: \"\"}}\n"
#define B(make)                                                                             \
    "system: b\nurl: http://b\nformat: json\noperations:\n  make: {once: idempotent, " make \
    ", request: {post: /things}, input: {/code: {}, /n: {type: integer}, /words: {}, "      \
    "/list/entry: {type: list, of: {/no: {}}}, /late: {}, /b: {}}}\n"                       \
    "  other: {once: idempotent, link: ignores, request: {post: /others}, input: {/code: {}}}\n"
#define M(name, to, rules)                                   \
    "mapping: " name "\nfrom: a.thing\nto: b." to "\n" rules \
    "\ntests:\n  - {name: t, given: {id: \"1\", code: x, go: no}, skips: when}\n"
#define WHEN "when: [{from: /id, is: present}, {from: /go, equals: true}]\n"

static const char USUAL_A[] = A("id: /id, key: /id, round: {from: /round, optional: true}");
static const char USUAL_B[] = B("link: ignores");
static const char USUAL_M[] =
    M("m", "make", WHEN "set: {/code: {from: /code, with: {lookup: codes}}}");
static const char USUAL_TABLE[] = "from,to\nx,1\ny,2\n";

static void write_usual(const struct unit_folder *folder)
{
    unit_folder_write(folder, "systems/a.yaml", USUAL_A);
    unit_folder_write(folder, "systems/b.yaml", USUAL_B);
    unit_folder_write(folder, "lookups/codes.csv", USUAL_TABLE);
    unit_folder_write(folder, "m.yaml", USUAL_M);
}

static struct sg_catalog *load(const struct unit_folder *folder)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_catalog *catalog =
        sg_catalog_load(folder->path, &(struct sg_secrets){.is_read = false}, true, findings);

    if (catalog == NULL)
        sg_findings_print(findings, stderr);
    assert_non_null(catalog);
    return catalog;
}

static struct sg_past_event event_of(struct sg_arena *arena, const char *body)
{
    static const struct sg_link links[] = {{SG_STR_INIT("b"), SG_STR_INIT("case-7")}};

    return (struct sg_past_event){.arena = arena,
                                  .delivery = {.seq = 17,
                                               .run = 1,
                                               .ticket = SG_STR("1405-1"),
                                               .round = 1,
                                               .latest_round = 2,
                                               .links = links,
                                               .link_count = 1,
                                               .event = {.system = SG_STR("a"),
                                                         .record = SG_STR("thing"),
                                                         .record_id = SG_STR("1"),
                                                         .captured_at = INT64_C(1782880200000),
                                                         .body = unit_text(arena, body)}}};
}

/* `kind (mapping): what [before > after]; ` of each group, in their order. */
static const char *text_of(struct sg_arena *arena, struct sg_whatif_found *found)
{
    struct sg_buffer out = {.arena = arena};

    sg_whatif_sort(found);
    for (size_t g = 0; g < found->group_count; g++) {
        const struct sg_whatif_group *group = &found->groups[g];

        sg_buffer_add_format(&out, "%s (%.*s): %.*s", sg_whatif_kind_name(group->kind),
                             SG_STR_ARG(group->mapping), SG_STR_ARG(group->what));
        for (size_t w = 0; w < group->way_count; w++)
            sg_buffer_add_format(&out, " [%.*s > %.*s]", SG_STR_ARG(group->ways[w].before),
                                 SG_STR_ARG(group->ways[w].after));
        sg_buffer_add(&out, SG_STR("; "));
    }
    if (found->failing > 0)
        sg_buffer_add(&out, SG_STR("fails as before"));
    return sg_buffer_c(&out);
}

static const char *whatif(struct sg_arena *arena, const struct sg_catalog *before,
                          const struct sg_catalog *after, const char *body)
{
    const struct sg_past_event event = event_of(arena, body);
    struct sg_whatif_found found;

    sg_whatif_found_begin(arena, &found);
    struct sg_whatif_trial *trial = sg_whatif_trial_new(arena, SG_STR("test"), before, after);

    sg_whatif_event_begin(&found, &event);
    sg_whatif_try(trial, &event, &found);
    sg_whatif_event_end(&found);
    assert_int_equal(found.events[SG_PAST_WHOLE], 1);
    return text_of(arena, &found);
}

#define BODY       "{\"id\":\"1\",\"code\":\"x\",\"go\":\"true\",\"words\":\"چراغ خاموش\"}"
#define LIST       "{\"id\":\"1\",\"code\":\"x\",\"go\":\"true\",\"parts\":[{\"no\":1},{\"no\":2}]}"
#define STAYS      "{\"id\":\"1\",\"code\":\"x\"}"
#define UNKNOWN    "{\"id\":\"1\",\"code\":\"z\",\"go\":\"true\"}"
#define NO_ROW     "no row for \"z\" in lookups/codes.csv (from /code)"
#define SET(rules) WHEN "set: {" rules "}"
#define CODE       "/code: {from: /code, with: {lookup: codes}}"

/* The file that is changed, its text, the event's record, and what is told. */
static const struct {
    const char *file, *text, *body, *said;
} ROWS[] = {
    {"m.yaml", USUAL_M, BODY, ""},
    {"m.yaml", USUAL_M, STAYS, ""},
    {"m.yaml", USUAL_M, UNKNOWN, "fails as before"},
    {"lookups/codes.csv", "from,to\nx,5\n", BODY, "changed (m): /code [\"1\" > \"5\"]; "},
    {"m.yaml", M("m", "make", SET(CODE ", /words: /words")), BODY,
     "changed (m): /words [nothing > ***(10)]; "},
    {"m.yaml", M("m", "make", SET(CODE ", /n: {const: 1}")), BODY,
     "changed (m): /n [nothing > 1]; "},
    {"m.yaml", M("m", "make", SET("/list/entry: {each: /parts, set: {/no: /no}}")), LIST,
     "changed (m): /code [\"1\" > nothing]; changed (m): /list/entry/no [nothing > \"1\"]"
     " [nothing > \"2\"]; "},
    {"m.yaml", M("m", "make", SET(CODE ", /late: event:/late")), BODY,
     "changed (m): /late [nothing > \"true\"]; "},
    {"m.yaml", M("m", "make", SET(CODE ", /b: {from: link:/b, optional: true}")), BODY,
     "changed (m): /b [nothing > \"case-7\"]; "},
    {"m.yaml", M("m", "other", SET(CODE)), BODY,
     "changed (m): its operation [\"b.make\" > \"b.other\"]; "},
    {"lookups/codes.csv", "from,to\ny,2\n", BODY,
     "newly failing (m): no row for \"x\" in lookups/codes.csv (from /code); "},
    {"lookups/codes.csv", "from,to\nx,1\nz,3\n", UNKNOWN, "no longer failing (m): " NO_ROW "; "},
    {"m.yaml", M("m", "make", SET(CODE ", /words: /nosuch")), UNKNOWN, "fails as before"},
    {"m.yaml", M("m", "make", SET("/words: /nosuch")), UNKNOWN,
     "failing otherwise (m): nothing at /nosuch; "},
    {"lookups/codes.csv", "from,to\nx,IGNORE\n", BODY,
     "no longer sent (m): IGNORE in lookups/codes.csv:2; "},
    {"m.yaml", M("m", "make", "when: {from: /go, equals: false}\nset: {" CODE "}"), BODY,
     "no longer sent (m): when: /go is not false; "},
    {"m.yaml", M("m", "make", "when: {from: /go, is: nothing}\nset: {" CODE "}"), STAYS,
     "newly sent (m): when: /go is not true; "},
    {"n.yaml", M("n", "other", SET("/code: /code")), BODY,
     "newly sent (n): there was no such mapping; "},
    {"n.yaml", M("n", "other", SET("/code: /code")), STAYS, ""},
    {"systems/b.yaml", B("link: needs"), BODY, ""},
    {"systems/b.yaml", B("link: opens, gives: {id: /id}"), BODY, ""},
    {"systems/a.yaml", A("id: /code, key: /id, version: /go"), BODY,
     "otherwise read (): id of a.thing [\"1\" > \"x\"]; otherwise read (): version of a.thing"
     " [***(64) > \"true\"]; "},
    {"systems/a.yaml", A("id: /id, key: /id, round: /nosuch"), BODY,
     "newly failing (): nothing at /nosuch; "},
    {"systems/a.yaml", A("id: /id, key: /id, where: {from: /go, is: nothing}"), BODY,
     "otherwise read (): where of a.thing [true > false]; "},
    {"systems/a.yaml", A("id: /id, key: /id, own: {from: /go, equals: true}"), BODY,
     "otherwise read (): own of a.thing [false > true]; "},
};

static void each_kind_of_difference_is_told(void **state)
{
    struct unit_folder before, after;

    (void)state;
    unit_folder_open(&before);
    write_usual(&before);
    struct sg_catalog *usual = load(&before);
    for (size_t r = 0; r < SG_ROWS(ROWS); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

        unit_folder_open(&after);
        write_usual(&after);
        unit_folder_write(&after, ROWS[r].file, ROWS[r].text);
        struct sg_catalog *changed = load(&after);

        assert_string_equal(whatif(arena, usual, changed, ROWS[r].body), ROWS[r].said);
        sg_catalog_free(changed);
        unit_folder_close(&after);
    }
    sg_catalog_free(usual);
    unit_folder_close(&before);
}

static void a_mapping_that_is_taken_away_sends_no_more(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct unit_folder before, after;

    (void)state;
    unit_folder_open(&before);
    write_usual(&before);
    unit_folder_open(&after);
    write_usual(&after);
    unit_folder_remove(&after, "m.yaml");
    struct sg_catalog *usual = load(&before), *less = load(&after);

    assert_string_equal(whatif(arena, usual, less, BODY),
                        "no longer sent (m): there is no such mapping; ");
    assert_string_equal(whatif(arena, usual, less, STAYS), "");
    sg_catalog_free(usual);
    sg_catalog_free(less);
    unit_folder_close(&before);
    unit_folder_close(&after);
}

/* --- counting --- */

static void add(struct sg_whatif_found *found, int64_t seq, const char *what,
                struct sg_node *before, struct sg_node *after)
{
    const struct sg_past_event event = {.delivery = {.seq = seq, .ticket = SG_STR("1405-1")}};

    sg_whatif_event_begin(found, &event);
    for (int twice = 0; twice < 2; twice++)
        sg_whatif_add(found, &(struct sg_whatif_difference){.kind = SG_WHATIF_CHANGED,
                                                            .mapping = SG_STR("m"),
                                                            .what = sg_str_of(what),
                                                            .before = before,
                                                            .after = after,
                                                            .has_values = true});
    sg_whatif_event_end(found);
}

static void an_event_counts_once_and_values_stay_few_whatever_comes(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    enum { EVENTS = 1000 };
    struct sg_whatif_found found;
    int64_t listed = 0, ways = 0;

    (void)state;
    sg_whatif_found_begin(arena, &found);
    for (int64_t e = 1; e <= EVENTS; e++)
        add(&found, e, "/same", NULL, sg_node_number(arena, e % 100));
    for (int64_t e = 1; e <= EVENTS; e++)
        add(&found, EVENTS + e, sg_str_c(arena, sg_str_format(arena, "/%d", (int)e)), NULL, NULL);
    sg_whatif_sort(&found);
    for (size_t g = 0; g < found.group_count; g++)
        listed += found.groups[g].count;
    for (size_t w = 0; w < found.groups[0].way_count; w++)
        ways += found.groups[0].ways[w].count;
    assert_int_equal(found.groups[0].count, EVENTS);
    assert_int_equal(ways + found.groups[0].other_ways, 2 * EVENTS);
    assert_in_range(found.groups[0].way_count, 1, 50);
    assert_in_range(found.group_count, 2, 200);
    assert_int_equal(listed + found.ungrouped[SG_WHATIF_CHANGED] / 2, 2 * EVENTS);
    assert_int_equal(found.events[SG_PAST_WHOLE], 2 * EVENTS);
    assert_int_equal(found.unchanged, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_difference_is_told),
        cmocka_unit_test(a_mapping_that_is_taken_away_sends_no_more),
        cmocka_unit_test(an_event_counts_once_and_values_stay_few_whatever_comes),
    };
    return cmocka_run_group_tests_name("whatif", tests, NULL, NULL);
}
