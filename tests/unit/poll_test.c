#include "connectors/poll.h"

#include "connector_unit.h"

enum { PAGES_MAX = 10 };

#define SYSTEM(poll)                                  \
    "system: s\n"                                     \
    "url: http://127.0.0.1:1\n"                       \
    "format: json\n"                                  \
    "zone: Asia/Tehran\n"                             \
    "answers: [{status: 418, is: unknown}]\n"         \
    "records:\n"                                      \
    "  ticket:\n"                                     \
    "    id: /id\n"                                   \
    "    key: /id\n"                                  \
    "    where: {not: {from: /id, equals: hidden}}\n" \
    "    poll:\n"                                     \
    "      every: 1s\n" poll

/* Pages by `way` (and more of it), a cursor, and the query that shows what was asked. */
#define POLL(query, pages, cursor)                          \
    SYSTEM("      request: {get: /t, query: {" query "}}\n" \
           "      items: /items\n"                          \
           "      pages: {" pages "}\n" cursor)

#define TIME(start) "      cursor: {time: /t, overlap: 10m, start: " start "}\n"
#define SINCE       "since: {from: cursor:/time, optional: true}"

/* What the server answers: "status|Date or nothing|body". */
struct script {
    const char *yaml, *cursor;
    const char *pages[PAGES_MAX];
    const char *story; /* a line each: what was asked, the step, the events, the cursor */
};

static struct sg_reply reply_of(struct sg_arena *arena, const char *page)
{
    int status = (page[0] - '0') * 100 + (page[1] - '0') * 10 + page[2] - '0';
    const char *date = page + 4, *body = strchr(date, '|') + 1;
    struct sg_str header = sg_str_format(arena, "date: %.*s", (int)(body - 1 - date), date);

    return unit_reply(arena, status, body - 1 > date ? sg_str_c(arena, header) : NULL, body);
}

static void tell_page(struct sg_buffer *story, const struct sg_poll_page *page)
{
    static const char *const steps[] = {"more", "done", "wait", "alarm", "part", "look", "fetch"};

    sg_buffer_add_format(story, " -> %s", steps[page->step]);
    if (page->step == SG_POLL_FETCH)
        sg_buffer_add_format(story, " %.*s", SG_STR_ARG(page->request.path));
    for (size_t e = 0; e < page->count; e++)
        sg_buffer_add_format(story, "%s%.*s", page->events[e].problem.length > 0 ? " !" : " ",
                             SG_STR_ARG(page->events[e].problem.length > 0
                                            ? page->events[e].problem
                                            : page->events[e].record_id));
    if (page->said.length > 0)
        sg_buffer_add_format(story, " (%.*s)", SG_STR_ARG(page->said));
    if (page->has_cursor)
        sg_buffer_add_format(story, " %.*s", SG_STR_ARG(page->cursor));
    sg_buffer_add_byte(story, '\n');
}

/* Those whose version is "known" have been captured. */
static void look(const struct sg_poll_page *page)
{
    for (size_t s = 0; s < page->sighting_count; s++)
        page->sightings[s].is_captured = sg_str_is(page->sightings[s].version, "known");
}

/* False when the page is over, or the script is. */
static bool go_on_with_page(struct sg_poll *poll, const struct script *script, size_t *p,
                            struct sg_poll_page *page)
{
    if (page->step == SG_POLL_LOOK)
        look(page);
    if (page->step == SG_POLL_FETCH) {
        if (*p + 1 == PAGES_MAX || script->pages[*p + 1] == NULL)
            return false;
        const struct sg_reply reply = reply_of(page->arena, script->pages[++*p]);

        sg_poll_fetched(poll, &reply, UNIT_NOW_MS, page);
        return true;
    }
    if (page->step != SG_POLL_LOOK && page->step != SG_POLL_PART)
        return false;
    sg_poll_next(poll, UNIT_NOW_MS, page);
    return true;
}

static void play(const struct script *script, const struct sg_system *system,
                 struct sg_buffer *story)
{
    const struct sg_poll_setup setup = {.system = system,
                                        .record = &system->records[0],
                                        .max_event_bytes = 1000,
                                        .cursor = sg_str_of(script->cursor)};
    struct sg_poll *poll SG_AUTO(sg_poll) = sg_poll_begin(&setup, UNIT_NOW_MS);
    struct sg_poll_page page = {.step = SG_POLL_MORE};

    for (size_t p = 0; page.step == SG_POLL_MORE; p++) {
        struct sg_arena *own SG_AUTO(sg_arena) = sg_arena_new(); /* ends with the page */
        struct sg_request request;
        struct sg_error err;

        if (p == PAGES_MAX || script->pages[p] == NULL) {
            sg_buffer_add(story, SG_STR("and on\n"));
            return;
        }
        if (!sg_poll_request(poll, own, UNIT_NOW_MS, &request, &err)) {
            sg_buffer_add_format(story, "%s\n", err.text);
            return;
        }
        sg_buffer_add(story, request.path);
        for (size_t q = 0; q < request.query_count; q++)
            sg_buffer_add_format(story, " %.*s=%.*s", SG_STR_ARG(request.query[q].name),
                                 SG_STR_ARG(request.query[q].value));
        const struct sg_reply reply = reply_of(own, script->pages[p]);

        sg_poll_take(poll, &reply, UNIT_NOW_MS, own, &page);
        tell_page(story, &page);
        while (go_on_with_page(poll, script, &p, &page))
            tell_page(story, &page);
    }
}

static void check(const struct script *scripts, size_t count)
{
    for (size_t s = 0; s < count; s++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_buffer story = {.arena = arena};

        play(&scripts[s], unit_system(arena, scripts[s].yaml), &story);
        assert_string_equal(sg_buffer_c(&story), scripts[s].story);
    }
}

#define ITEM(id, time) "{\"id\":\"" id "\",\"t\":\"" time "\"}"
#define ITEMS(list)    "200||{\"items\":[" list "]}"

static void numbered_pages_end_where_one_is_empty_or_repeats(void **state)
{
    static const struct script scripts[] = {
        {POLL("n: page:/number", "by: number, size: 2", ""),
         "",
         {ITEMS(ITEM("a", "") "," ITEM("b", "")), ITEMS(ITEM("c", "")), ITEMS("")},
         "/t n=1 -> more a b\n/t n=2 -> more c\n/t n=3 -> done\n"},
        {POLL("o: page:/offset, r: page:/row, l: page:/last, s: page:/size", "by: offset, size: 2",
              ""),
         "",
         {ITEMS(ITEM("a", "")), ITEMS(ITEM("b", "")), ITEMS(ITEM("b", ""))},
         "/t o=0 r=1 l=2 s=2 -> more a\n/t o=2 r=3 l=4 s=2 -> more b\n"
         "/t o=4 r=5 l=6 s=2 -> done\n"},
        {POLL("r: page:/row", "by: row, size: 2", ""), "", {"404||"}, "/t r=1 -> done\n"},
        {POLL("n: page:/number", "by: number, size: 1", ""),
         "",
         {ITEMS(ITEM("a", "")), ITEMS(ITEM("b", "")), ITEMS(ITEM("a", "")), ITEMS(ITEM("b", ""))},
         "/t n=1 -> more a\n/t n=2 -> more b\n/t n=3 -> more a\n"
         "/t n=4 -> alarm b (page 4: no progress: a page comes again and again)\n"},
        {POLL("n: page:/number", "by: number, size: 1", ""),
         "",
         {ITEMS(ITEM("hidden", "")), ITEMS("")}, /* `where` lets it not pass: no end of the pass */
         "/t n=1 -> more\n/t n=2 -> done\n"},
    };

    (void)state;
    check(scripts, SG_ROWS(scripts));
}

static void tokens_and_next_urls_are_followed_until_there_is_none(void **state)
{
#define BY_TOKEN \
    POLL("k: {from: page:/token, optional: true}", "by: token, at: {from: /n, optional: true}", "")
#define BY_NEXT          POLL("", "by: next, at: {from: /n, optional: true}", "")
#define MARKED(id, mark) "200||{\"items\":[" ITEM(id, "") "],\"n\":" mark "}"
    static const struct script scripts[] = {
        {BY_TOKEN,
         "",
         {MARKED("a", "\"x\""), MARKED("b", "7"), MARKED("c", "null")},
         "/t -> more a\n/t k=x -> more b\n/t k=7 -> done c\n"},
        {BY_TOKEN,
         "",
         {MARKED("a", "1"), "200||{\"items\":[],\"n\":2}", MARKED("c", "\"\"")},
         "/t -> more a\n/t k=1 -> more\n/t k=2 -> done c\n"}, /* empty pages are passed by */
        {BY_TOKEN,
         "",
         {MARKED("a", "1"), MARKED("b", "1")},
         "/t -> more a\n/t k=1 -> alarm b (page 2: no progress: the same token twice)\n"},
        {BY_TOKEN,
         "",
         {MARKED("a", "1"), MARKED("b", "2"), MARKED("c", "3"), MARKED("d", "2")},
         "/t -> more a\n/t k=1 -> more b\n/t k=2 -> more c\n"
         "/t k=3 -> alarm d (page 4: no progress: the same token twice)\n"},
        {BY_NEXT,
         "",
         {MARKED("a", "\"/t?p=2\""), MARKED("b", "\"http://127.0.0.1:1/u?p=3\""),
          MARKED("c", "null")},
         "/t -> more a\nhttp://127.0.0.1:1/t?p=2 -> more b\nhttp://127.0.0.1:1/u?p=3 -> done c\n"},
        {BY_NEXT,
         "",
         {MARKED("a", "\"http://127.0.0.2:1/t\"")},
         "/t -> alarm a (page 1: the next page is on another host)\n"},
        {BY_NEXT,
         "",
         {MARKED("a", "\"/t?p=2\""), MARKED("b", "\"/t?p=2\"")},
         "/t -> more a\nhttp://127.0.0.1:1/t?p=2 -> alarm b (page 2: no progress: the same next "
         "page twice)\n"},
    };

    (void)state;
    check(scripts, SG_ROWS(scripts));
}

#define KEPT(time, deep) "{\"by\":\"time\",\"kept\":\"" time "\",\"deep\":\"" deep "\"}"
#define TODAY            "2026-06-30T23:00:00Z" /* 02:30 in Tehran */
#define ONE_PAGE(since_and_more) \
    POLL(SINCE since_and_more, "by: number", TIME("2026-06-01T00:00:00Z"))

static void a_time_is_kept_and_asked_for_with_an_overlap(void **state)
{
    static const struct script scripts[] = {
        /* the first pass asks from `start`, and keeps the greatest time of all pages */
        {ONE_PAGE(", n: page:/number"),
         "",
         {ITEMS(ITEM("a", "2026-06-30T10:00:00+03:30") "," ITEM("b", "2026-06-30 09:00")),
          ITEMS(ITEM("c", "2026-06-29")), ITEMS("")},
         "/t since=2026-06-01T00:00:00Z n=1 -> more a b\n"
         "/t since=2026-06-01T00:00:00Z n=2 -> more c\n"
         "/t since=2026-06-01T00:00:00Z n=3 -> done "
         "{\"by\":\"time\",\"kept\":\"2026-06-30T06:30:00Z\",\"deep\":\"2026-07-01T04:30:00Z\"}\n"},
        /* an empty pass leaves it; the overlap is taken off */
        {ONE_PAGE(""),
         KEPT("2026-07-01T04:00:00Z", TODAY),
         {ITEMS("")},
         "/t since=2026-07-01T03:50:00Z -> done " KEPT("2026-07-01T04:00:00Z", TODAY) "\n"},
        /* it never goes back, and never asks before `start` */
        {ONE_PAGE(""),
         KEPT("2026-06-01T00:05:00Z", TODAY),
         {ITEMS(ITEM("a", "2026-06-01T00:01:00Z")), ITEMS("")},
         "/t since=2026-06-01T00:00:00Z -> more a\n/t since=2026-06-01T00:00:00Z -> done " KEPT(
             "2026-06-01T00:05:00Z", TODAY) "\n"},
        /* a ticket of 2099 moves it to our clock, or to the server's where that is behind */
        {ONE_PAGE(""),
         KEPT("2026-07-01T04:00:00Z", TODAY),
         {ITEMS(ITEM("a", "2099-01-01T00:00:00Z")), ITEMS("")},
         "/t since=2026-07-01T03:50:00Z -> more a\n/t since=2026-07-01T03:50:00Z -> done " KEPT(
             "2026-07-01T04:30:00Z", TODAY) "\n"},
        {ONE_PAGE(""),
         KEPT("2026-07-01T04:00:00Z", TODAY),
         {"200|Wed, 01 Jul 2026 04:20:00 GMT|{\"items\":[" ITEM("a", "2099-01-01T00:00:00Z") "]}",
          ITEMS("")},
         "/t since=2026-07-01T03:50:00Z -> more a\n/t since=2026-07-01T03:50:00Z -> done " KEPT(
             "2026-07-01T04:20:00Z", TODAY) "\n"},
        /* one kept while our clock was wrong is believed as far as the clock now goes */
        {ONE_PAGE(""),
         KEPT("2050-01-01T00:00:00Z", TODAY),
         {ITEMS("")},
         "/t since=2026-07-01T04:20:00Z -> done " KEPT("2026-07-01T04:30:00Z", TODAY) "\n"},
        /* no time, or one that no clock showed, moves nothing */
        {ONE_PAGE(""),
         KEPT("2026-07-01T04:00:00Z", TODAY),
         {ITEMS(ITEM("a", "") "," ITEM("b", "soon") "," ITEM("c", "1900-01-01")), ITEMS("")},
         "/t since=2026-07-01T03:50:00Z -> more a b c\n/t since=2026-07-01T03:50:00Z -> done " KEPT(
             "2026-07-01T04:00:00Z", TODAY) "\n"},
        /* fractions are kept, and not asked for */
        {ONE_PAGE(""),
         KEPT("2026-07-01T04:00:00.250Z", TODAY),
         {ITEMS("")},
         "/t since=2026-07-01T03:50:00Z -> done " KEPT("2026-07-01T04:00:00.250Z", TODAY) "\n"},
    };

    (void)state;
    check(scripts, SG_ROWS(scripts));
}

static void the_first_pass_after_two_at_night_asks_for_a_day_more(void **state)
{
    static const struct script scripts[] = {
        {ONE_PAGE(""),
         KEPT("2026-07-01T04:00:00Z", "2026-06-30T22:29:00Z"), /* 01:59 in Tehran */
         {ITEMS("")},
         "/t since=2026-06-30T04:00:00Z -> done " KEPT("2026-07-01T04:00:00Z",
                                                       "2026-07-01T04:30:00Z") "\n"},
        {ONE_PAGE(""),
         KEPT("2026-07-01T04:00:00Z", "2026-06-30T22:31:00Z"), /* 02:01 */
         {ITEMS("")},
         "/t since=2026-07-01T03:50:00Z -> done " KEPT("2026-07-01T04:00:00Z",
                                                       "2026-06-30T22:31:00Z") "\n"},
        {ONE_PAGE(""), /* one that did not end did not count */
         KEPT("2026-07-01T04:00:00Z", "2026-06-29T22:31:00Z"),
         {"503||"},
         "/t since=2026-06-30T04:00:00Z -> wait (HTTP 503)\n"},
    };

    (void)state;
    check(scripts, SG_ROWS(scripts));
}

static void a_start_is_a_time_now_or_all(void **state)
{
    static const struct script scripts[] = {
        {POLL(SINCE, "by: number", TIME("now")),
         "",
         {ITEMS("")},
         "/t since=2026-07-01T04:30:00Z -> done "
         "{\"by\":\"time\",\"deep\":\"2026-07-01T04:30:00Z\",\"start\":\"2026-07-01T04:30:00Z\"}\n"},
        {POLL(SINCE, "by: number", TIME("now")), /* it stays what it was at the first pass */
         "{\"by\":\"time\",\"deep\":\"" TODAY "\",\"start\":\"2026-07-01T04:00:00Z\"}",
         {ITEMS("")},
         "/t since=2026-07-01T04:00:00Z -> done "
         "{\"by\":\"time\",\"deep\":\"" TODAY "\",\"start\":\"2026-07-01T04:00:00Z\"}\n"},
        {POLL(SINCE, "by: number", TIME("all")),
         "",
         {ITEMS("")},
         "/t -> done {\"by\":\"time\",\"deep\":\"2026-07-01T04:30:00Z\"}\n"},
        /* a cursor of another kind, or none at all, starts at `start` */
        {ONE_PAGE(""),
         "{\"by\":\"number\",\"kept\":\"7\"}",
         {"503||"},
         "/t since=2026-06-01T00:00:00Z -> wait (HTTP 503)\n"},
        {ONE_PAGE(""),
         "2026-07-01T04:00:00Z",
         {"503||"},
         "/t since=2026-06-01T00:00:00Z -> wait (HTTP 503)\n"},
    };

    (void)state;
    check(scripts, SG_ROWS(scripts));
}

#define BY_CURSOR POLL(SINCE, "by: cursor, size: 2", TIME("2026-06-01T00:00:00Z"))
#define NUMBERS \
    POLL("after: cursor:/number", "by: cursor, size: 2", "      cursor: {number: /t, start: 0}\n")
#define TOKENS                                                                  \
    POLL("after: {from: cursor:/token, optional: true}", "by: cursor, size: 2", \
         "      cursor: {token: {from: /n, optional: true}}\n")

static void pages_by_cursor_ask_again_from_where_the_last_one_ended(void **state)
{
    static const struct script scripts[] = {
        {BY_CURSOR,
         KEPT("2026-07-01T04:00:00Z", TODAY),
         {ITEMS(ITEM("a", "2026-07-01T03:55:00Z") "," ITEM("b", "2026-07-01T03:56:00Z")),
          ITEMS(ITEM("b", "2026-07-01T03:56:00Z") "," ITEM("c", "2026-07-01T04:10:00Z")),
          ITEMS(ITEM("c", "2026-07-01T04:10:00Z"))},
         "/t since=2026-07-01T03:50:00Z -> more a b " KEPT(
             "2026-07-01T04:00:00Z",
             TODAY) "\n"
                    "/t since=2026-07-01T03:56:00Z -> more b c " KEPT(
                        "2026-07-01T04:10:00Z",
                        TODAY) "\n"
                               "/t since=2026-07-01T04:10:00Z -> done c " KEPT(
                                   "2026-07-01T04:10:00Z", TODAY) "\n"},
        {BY_CURSOR, /* more of one time than a page holds: what lies behind is out of reach */
         KEPT("2026-07-01T04:00:00Z", TODAY),
         {ITEMS(ITEM("a", "2026-07-01T04:10:00Z") "," ITEM("b", "2026-07-01T04:10:00Z")),
          ITEMS(ITEM("a", "2026-07-01T04:10:00Z") "," ITEM("b", "2026-07-01T04:10:00Z"))},
         "/t since=2026-07-01T03:50:00Z -> more a b " KEPT(
             "2026-07-01T04:10:00Z",
             TODAY) "\n"
                    "/t since=2026-07-01T04:10:00Z -> alarm a b (page 2: no progress: a full page of one "
                    "time; raise `size`)\n"},
        {BY_CURSOR, /* one of 2099 ends the pass at our clock */
         KEPT("2026-07-01T04:00:00Z", TODAY),
         {ITEMS(ITEM("a", "2026-07-01T04:10:00Z") "," ITEM("z", "2099-01-01")),
          ITEMS(ITEM("z", "2099-01-01"))},
         "/t since=2026-07-01T03:50:00Z -> more a z " KEPT(
             "2026-07-01T04:30:00Z", TODAY) "\n"
                                            "/t since=2026-07-01T04:30:00Z -> done z " KEPT(
                                                "2026-07-01T04:30:00Z", TODAY) "\n"},
    };

    (void)state;
    check(scripts, SG_ROWS(scripts));
}

static void numbers_and_tokens_are_cursors_too(void **state)
{
    static const struct script scripts[] = {
        {NUMBERS,
         "",
         {"200||{\"items\":[{\"id\":1,\"t\":5},{\"id\":2,\"t\":\"9\"}]}",
          "200||{\"items\":[{\"id\":3,\"t\":10},{\"id\":4}]}", ITEMS("")},
         "/t after=0 -> more 1 2 {\"by\":\"number\",\"kept\":\"9\"}\n"
         "/t after=9 -> more 3 4 {\"by\":\"number\",\"kept\":\"10\"}\n"
         "/t after=10 -> done {\"by\":\"number\",\"kept\":\"10\"}\n"},
        {TOKENS,
         "{\"by\":\"token\",\"kept\":\"x\"}",
         {MARKED("a", "\"y\""), MARKED("b", "\"z\""), "200||{\"items\":[],\"n\":\"z\"}"},
         "/t after=x -> more a {\"by\":\"token\",\"kept\":\"y\"}\n"
         "/t after=y -> more b {\"by\":\"token\",\"kept\":\"z\"}\n"
         "/t after=z -> done {\"by\":\"token\",\"kept\":\"z\"}\n"},
        {TOKENS, /* nothing leaves it, and ends the pass */
         "",
         {MARKED("a", "\"y\""), MARKED("b", "null")},
         "/t -> more a {\"by\":\"token\",\"kept\":\"y\"}\n"
         "/t after=y -> done b {\"by\":\"token\",\"kept\":\"y\"}\n"},
        {TOKENS,
         "",
         {MARKED("a", "\"y\""), MARKED("b", "\"z\""), MARKED("c", "\"y\""), MARKED("d", "\"z\"")},
         "/t -> more a {\"by\":\"token\",\"kept\":\"y\"}\n"
         "/t after=y -> more b {\"by\":\"token\",\"kept\":\"z\"}\n"
         "/t after=z -> more c {\"by\":\"token\",\"kept\":\"y\"}\n"
         "/t after=y -> alarm d (page 4: no progress: the same token twice)\n"},
    };

    (void)state;
    check(scripts, SG_ROWS(scripts));
}

static void without_pages_and_cursor_all_is_asked_each_time(void **state)
{
    static const struct script scripts[] = {
        {SYSTEM("      request: {get: /t}\n      items: \"\"\n"),
         "",
         {"200||[" ITEM("a", "") "]"},
         "/t -> done a\n"},
        {SYSTEM("      request: {get: /t}\n      items: \"\"\n"),
         "",
         {"200||" ITEM("a", "")}, /* a single value is a list of one */
         "/t -> done a\n"},
    };

    (void)state;
    check(scripts, SG_ROWS(scripts));
}

/* `items` is inside of the root; what is missing is an empty page, for XML has no other. */
static void xml_is_polled_from_inside_its_root(void **state)
{
#define XML                             \
    "system: s\n"                       \
    "url: http://127.0.0.1:1\n"         \
    "format: xml\n"                     \
    "records:\n"                        \
    "  ticket:\n"                       \
    "    id: /@id\n"                    \
    "    key: /@id\n"                   \
    "    poll:\n"                       \
    "      every: 1s\n"                 \
    "      request: {get: /t, query: {" \
    "from: page:/row}}\n"               \
    "      items: /Row\n"               \
    "      pages: {by: row, size: 2}\n"
    static const struct script scripts[] = {
        {XML,
         "",
         {"200||<Rows><Row id='1'/><Row id='2'/></Rows>", "200||<Rows><Row id='3'/></Rows>",
          "200||<Rows/>"},
         "/t from=1 -> more 1 2\n/t from=3 -> more 3\n/t from=5 -> done\n"},
        {XML,
         "",
         {"200||<Rows><Row id='1'>"},
         "/t from=1 -> alarm (HTTP 200, malformed: the document ends inside an element (line 1, column "
         "19))\n"},
    };
#undef XML

    (void)state;
    check(scripts, SG_ROWS(scripts));
}

static void what_cannot_be_read_leaves_the_cursor(void **state)
{
    static const struct script scripts[] = {
        {ONE_PAGE(""), "", {"503||"}, "/t since=2026-06-01T00:00:00Z -> wait (HTTP 503)\n"},
        {ONE_PAGE(""), "", {"500||"}, "/t since=2026-06-01T00:00:00Z -> wait (HTTP 500)\n"},
        {ONE_PAGE(""), "", {"418||"}, "/t since=2026-06-01T00:00:00Z -> wait (HTTP 418)\n"},
        {ONE_PAGE(""), "", {"400||"}, "/t since=2026-06-01T00:00:00Z -> alarm (HTTP 400)\n"},
        {ONE_PAGE(""), "", {"302||"}, "/t since=2026-06-01T00:00:00Z -> alarm (HTTP 302)\n"},
        {ONE_PAGE(""),
         "",
         {"200||{\"items\":["},
         "/t since=2026-06-01T00:00:00Z -> alarm (HTTP 200, malformed: the document ends "
         "where a value is expected (line 1, column 11))\n"},
        {ONE_PAGE(""),
         "",
         {"200||{\"error\":1}"},
         "/t since=2026-06-01T00:00:00Z -> alarm (the answer lacks what `items` names)\n"},
        {ONE_PAGE(""),
         "",
         {"200||"},
         "/t since=2026-06-01T00:00:00Z -> alarm (the answer lacks what `items` names)\n"},
        {ONE_PAGE(""),
         "",
         {"200||{\"items\":null}"},
         "/t since=2026-06-01T00:00:00Z -> done "
         "{\"by\":\"time\",\"deep\":\"2026-07-01T04:30:00Z\"}\n"},
    };

    (void)state;
    check(scripts, SG_ROWS(scripts));
}

/* What is fetched is one letter, that has its id again. */
#define FETCH(more, cursor)                                                     \
    SYSTEM("      request: {get: /t, query: {n: page:/number}}\n"               \
           "      items: /items\n"                                              \
           "      pages: {by: number, size: 2}\n" cursor "      fetch:\n" more) \
    "    version: {from: /v, optional: true}\n"
#define WHOLE "        - request: {get: \"/t/{/id}\"}\n"
#define STUBS \
    "200||{\"items\":[{\"id\":\"a\",\"v\":\"known\"},{\"id\":\"b\",\"v\":\"2\"},{\"id\":\"c\"}]}"
#define NO_MORE "/t n=2 -> done\n"

static void stubs_are_fetched_where_their_version_is_not_known(void **state)
{
    static const struct script scripts[] = {
        {FETCH(WHOLE, ""),
         "",
         {STUBS, "200||{\"id\":\"B\"}", "200||{\"id\":\"C\"}", ITEMS("")},
         "/t n=1 -> look\n -> fetch /t/b\n -> fetch /t/c\n -> more B C\n" NO_MORE},
        /* a stub without a version cannot be known: nothing is asked */
        {FETCH(WHOLE, ""),
         "",
         {"200||{\"items\":[{\"id\":\"a\"}]}", "200||{\"id\":\"A\"}", ITEMS("")},
         "/t n=1 -> fetch /t/a\n -> more A\n" NO_MORE},
        /* that there is no such letter is an event that failed, and holds up nothing */
        {FETCH(WHOLE, ""),
         "",
         {STUBS, "404||", "200||{\"id\":\"C\"}", ITEMS("")},
         "/t n=1 -> look\n -> fetch /t/b\n -> fetch /t/c\n"
         " -> more !there is no such record to be fetched C\n" NO_MORE},
        /* what could not be had ends the pass; what could is kept, and known next time */
        {FETCH(WHOLE, ""),
         "",
         {STUBS, "200||{\"id\":\"B\"}", "503||"},
         "/t n=1 -> look\n -> fetch /t/b\n -> fetch /t/c\n -> wait B (fetch: HTTP 503)\n"},
        {FETCH(WHOLE, ""),
         "",
         {STUBS, "200||{\"id\":\"B\"}", "403||"},
         "/t n=1 -> look\n -> fetch /t/b\n -> fetch /t/c\n -> alarm B (fetch: HTTP 403)\n"},
        {FETCH(WHOLE, ""),
         "",
         {STUBS, "200||<"},
         "/t n=1 -> look\n -> fetch /t/b\n"
         " -> alarm (fetch: HTTP 200, malformed: neither a value nor null, true or false (line 1, column 1))\n"},
        /* the cursor is of what was fetched; a known stub must show its own, or is fetched again */
        {FETCH(WHOLE, "      cursor: {number: /n, start: all}\n"),
         "",
         {"200||{\"items\":[{\"id\":\"a\",\"v\":\"known\",\"n\":3},{\"id\":\"b\",\"v\":\"known\"}]}",
          "200||{\"id\":\"B\",\"n\":7}", ITEMS("")},
         "/t n=1 -> look\n -> fetch /t/b\n -> more B\n/t n=2 -> done {\"by\":\"number\",\"kept\":\"7\"}\n"},
        /* with `split` the stub's id is none of its records' */
        {FETCH(WHOLE, "      split: {list: /l, rest: /of}\n"),
         "",
         {"200||{\"items\":[{\"id\":\"a\",\"v\":\"known\"}]}",
          "200||{\"l\":[{\"id\":1},{\"id\":2}],\"n\":7}", ITEMS("")},
         "/t n=1 -> fetch /t/a\n -> more 1 2\n" NO_MORE},
    };

    (void)state;
    check(scripts, SG_ROWS(scripts));
}

static void a_fetch_is_for_the_item_or_for_each_element_of_a_list(void **state)
{
    static const struct script scripts[] = {
        /* for each element of a list, and then for the whole; what is not there stays out */
        {FETCH(
             "        - {request: {get: \"/{record:/id}/{/n}\"}, each: /l, into: /x, where: {not: {from: /n, equals: 2}}}\n"
             "        - {request: {get: \"/w/{/l/2/x/y}\"}, into: /id}\n",
             ""),
         "",
         {"200||{\"items\":[{\"id\":\"a\",\"l\":[{\"n\":1},{\"n\":2},{\"n\":3}]}]}", "404||",
          "200||{\"y\":7}", "200||\"A\"", "404||"},
         "/t n=1 -> fetch /a/1\n -> fetch /a/3\n -> fetch /w/7\n -> more A\n" NO_MORE},
        {FETCH("        - {request: {get: \"/x/{/0}\"}, each: /l, into: /x}\n", ""),
         "",
         {"200||{\"items\":[{\"id\":\"a\",\"l\":[5]}]}", "200||{}", ITEMS("")},
         "/t n=1 -> fetch /x/5\n -> more !`into` needs an item that is an object\n" NO_MORE},
        {FETCH("        - {request: {get: \"/x/{/no}\"}}\n", ""),
         "",
         {"200||{\"items\":[{\"id\":\"a\"}]}", ITEMS("")},
         "/t n=1 -> more !nothing at /no\n" NO_MORE},
    };

    (void)state;
    check(scripts, SG_ROWS(scripts));
}

static void a_page_is_given_part_by_part(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_buffer items = {.arena = arena}, story = {.arena = arena};
    struct script script = {.yaml = POLL("n: page:/number", "by: number, size: 1000", ""),
                            .cursor = ""};

    (void)state;
    sg_buffer_add(&items, SG_STR("200||{\"items\":[{\"id\":0}"));
    for (int i = 1; i < 1001; i++)
        sg_buffer_add_format(&items, ",{\"id\":%d}", i);
    sg_buffer_add(&items, SG_STR("]}"));
    script.pages[0] = sg_buffer_c(&items);
    script.pages[1] = ITEMS("");
    play(&script, unit_system(arena, script.yaml), &story);
    const char *said = sg_buffer_c(&story);

    assert_non_null(strstr(said, "/t n=1 -> part 0 1 2 "));
    assert_non_null(strstr(said, " 499\n -> part 500 501 "));
    assert_non_null(strstr(said, " 999\n -> more 1000\n/t n=2 -> done\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbered_pages_end_where_one_is_empty_or_repeats),
        cmocka_unit_test(tokens_and_next_urls_are_followed_until_there_is_none),
        cmocka_unit_test(a_time_is_kept_and_asked_for_with_an_overlap),
        cmocka_unit_test(the_first_pass_after_two_at_night_asks_for_a_day_more),
        cmocka_unit_test(a_start_is_a_time_now_or_all),
        cmocka_unit_test(pages_by_cursor_ask_again_from_where_the_last_one_ended),
        cmocka_unit_test(numbers_and_tokens_are_cursors_too),
        cmocka_unit_test(without_pages_and_cursor_all_is_asked_each_time),
        cmocka_unit_test(xml_is_polled_from_inside_its_root),
        cmocka_unit_test(what_cannot_be_read_leaves_the_cursor),
        cmocka_unit_test(stubs_are_fetched_where_their_version_is_not_known),
        cmocka_unit_test(a_fetch_is_for_the_item_or_for_each_element_of_a_list),
        cmocka_unit_test(a_page_is_given_part_by_part),
    };
    return cmocka_run_group_tests_name("poll", tests, NULL, NULL);
}
