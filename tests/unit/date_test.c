#include "mapping/date.h"

#include "base/buffer.h"
#include "unit.h"

static const struct sg_zone *open_zone(struct sg_arena *arena, const char *name)
{
    const struct sg_zone *zone = NULL;
    struct sg_error err;

    assert_true(sg_zone_open(arena, sg_str_of(name), (struct sg_place){0}, &zone, &err));
    return zone;
}

static const struct sg_date_format *compile(struct sg_arena *arena, const char *text)
{
    const struct sg_date_format *format = NULL;
    struct sg_error err;

    if (!sg_date_format_compile(arena, unit_text(arena, text), (struct sg_place){0}, &format, &err))
        fail_msg("%s: %s", text, err.text);
    return format;
}

/* A format, a text, and what is read in Tehran or why it is not. */
static const char *const READ[][3] = {
    {"iso", "2026-07-01T08:00:00+03:30", "2026-07-01T04:30:00Z"},
    {"iso", "2026-07-01T04:30:00Z", "2026-07-01T04:30:00Z"},
    {"iso", "2026-07-01t04:30:00z", "2026-07-01T04:30:00Z"},
    {"iso", "2026-07-01 08:00:00", "2026-07-01T04:30:00Z"},
    {"iso", "2026-07-01", "2026-06-30T20:30:00Z"},
    {"iso", "2026-07-01T04:30:00.5Z", "2026-07-01T04:30:00.500Z"},
    {"iso", "2026-07-01T04:30:00.0015999Z", "2026-07-01T04:30:00.001Z"},
    {"iso", "2026-06-30T23:30:00-05:00", "2026-07-01T04:30:00Z"},
    {"iso", "۲۰۲۶-۰۷-۰۱T۰۴:۳۰:۰۰Z", "2026-07-01T04:30:00Z"},
    {"iso", "2026-7-1", "\"2026-7-1\" is not of the form `iso`"},
    {"iso", "2026-07-01T04:30", "\"2026-07-01T04:30\" is not of the form `iso`"},
    {"iso", "2026-07-01T04:30:00.Z", "\"2026-07-01T04:30:00.Z\" is not of the form `iso`"},
    {"iso", "2026-07-01T04:30:00+24:00", "\"2026-07-01T04:30:00+24:00\" is not of the form `iso`"},
    {"iso", "2026-07-01T04:30:00+03:", "\"2026-07-01T04:30:00+03:\" is not of the form `iso`"},
    {"iso", "2026-07-01T04:30:00-Z", "\"2026-07-01T04:30:00-Z\" is not of the form `iso`"},
    {"iso", "2026-07-01Z", "\"2026-07-01Z\" is not of the form `iso`"},
    {"iso", "", "\"\" is not of the form `iso`"},
    {"iso", "فردا صبح", "***(8) is not of the form `iso`"},
    {"iso", "2026-02-29", "no such day: 2026-02-29"},
    {"iso", "2026-07-01T24:00:00Z", "no such time of day: 24:00:00"},
    {"iso", "1899-12-31", "year 1899 is outside 1900-2100"},
    {"iso", "2101-01-01", "year 2101 is outside 1900-2100"},
    {"unix", "1782880200", "2026-07-01T04:30:00Z"},
    {"unix", "-1", "1969-12-31T23:59:59Z"},
    {"unix", "۱۷۸۲۸۸۰۲۰۰", "2026-07-01T04:30:00Z"},
    {"unix", "1782880200.5", "***(12) is not of the form `unix`"},
    {"unix", "9223372036854775807", "***(19) is not of the form `unix`"},
    {"unix", "4133980800", "***(10) is not of the form `unix`"},
    {"unix_ms", "1782880200250", "2026-07-01T04:30:00.250Z"},
    {"jalali %Y/%m/%d %H:%M:%S", "1405/04/11 10:30:00", "2026-07-02T07:00:00Z"},
    {"jalali %Y/%m/%d %H:%M:%S", "۱۴۰۵/۰۴/۱۱ ۱۰:۳۰:۰۰", "2026-07-02T07:00:00Z"},
    {"jalali %Y/%m/%d", "1405/4/1", "2026-06-21T20:30:00Z"},
    {"jalali %Y/%m/%d", "١٤٠٥/٤/١", "2026-06-21T20:30:00Z"},
    {"jalali %Y/%m/%d", "１４０５/４/１", "2026-06-21T20:30:00Z"},
    {"jalali %Y/%m/%d", "1403/12/30", "2025-03-19T20:30:00Z"},
    {"jalali %Y/%m/%d", "1404/12/30", "no such day: 1404/12/30"},
    {"jalali %Y/%m/%d", "1404/13/01", "no such day: 1404/13/01"},
    {"jalali %Y/%m/%d", "1299/12/29", "year 1299 is outside 1300-1500"},
    {"jalali %Y/%m/%d", "1501/01/01", "year 1501 is outside 1300-1500"},
    {"jalali %Y/%m/%d", "2026/07/01", "year 2026 is outside 1300-1500"},
    {"jalali %Y/%m/%d", "1405/04/11 ", "\"1405/04/11 \" is not of the form `jalali %Y/%m/%d`"},
    {"jalali %Y/%m/%d", "05/04/11", "\"05/04/11\" is not of the form `jalali %Y/%m/%d`"},
    {"jalali %Y%m%d", "14050411", "2026-07-01T20:30:00Z"},
    {"jalali %d/%m/%Y ساعت %H:%M", "11/4/1405 ساعت 10:30", "2026-07-02T07:00:00Z"},
    {"%d.%m.%Y %H:%M:%S.%f%z", "1.7.2026 8:0:0.25+0330", "2026-07-01T04:30:00.250Z"},
    {"%Y-%m-%d %H %z", "2026-07-01 08 +03", "2026-07-01T05:00:00Z"},
    {"jalali %Y/%m/%d %H:%M", "1401/06/30 23:30", "2022-09-21T19:00:00Z"},
    {"jalali %Y/%m/%d %H:%M", "1401/01/02 00:30", "2022-03-21T21:00:00Z"},
};

static void a_date_is_read_into_utc_or_told_what_is_wrong(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_zone *tehran = open_zone(arena, "Asia/Tehran");

    (void)state;
    for (size_t r = 0; r < SG_ROWS(READ); r++) {
        int64_t utc_ms = 0;
        struct sg_error err;
        struct sg_str text = unit_text(arena, READ[r][1]);
        bool is_read = sg_date_read(compile(arena, READ[r][0]), tehran, text, &utc_ms, &err);
        struct sg_str said = is_read ? sg_date_write_iso_utc(arena, utc_ms) : sg_str_of(err.text);

        assert_string_equal(sg_str_c(arena, said), READ[r][2]);
    }
}

static void a_date_is_written_as_the_zones_clocks_show_it(void **state)
{
    static const struct {
        const char *format, *zone, *utc, *written;
    } rows[] = {
        {"iso", "Asia/Tehran", "2026-07-02T07:00:00Z", "2026-07-02T10:30:00+03:30"},
        {"iso", "Asia/Tehran", "2022-07-02T07:00:00Z", "2022-07-02T11:30:00+04:30"},
        {"iso", "UTC", "2026-07-02T07:00:00.040Z", "2026-07-02T07:00:00.040Z"},
        {"iso", "America/New_York", "2026-07-02T07:00:00Z", "2026-07-02T03:00:00-04:00"},
        {"unix", "UTC", "1969-12-31T23:59:58.500Z", "-2"},
        {"unix", "UTC", "2026-07-01T04:30:00.999Z", "1782880200"},
        {"unix_ms", "UTC", "2026-07-01T04:30:00.250Z", "1782880200250"},
        {"jalali %Y/%m/%d", "Asia/Tehran", "2025-03-20T20:29:59Z", "1403/12/30"},
        {"jalali %Y/%m/%d", "Asia/Tehran", "2025-03-20T20:30:00Z", "1404/01/01"},
        {"jalali %d-%m-%Y %H:%M:%S.%f %z", "UTC", "2026-07-02T07:05:09.007Z",
         "11-04-1405 07:05:09.007 +00:00"},
        {"%Y", "UTC", "2026-07-02T07:05:09Z", "2026"},
        {"jalali %Y/%m/%d", "UTC", "1920-01-01", "year 1298 is outside 1300-1500"},
        {"iso", "Asia/Tehran", "2100-12-31T22:00:00Z", "year 2101 is outside 1900-2100"},
    };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        const struct sg_zone *zone = open_zone(arena, rows[r].zone);
        int64_t utc_ms = 0;
        struct sg_str written;
        struct sg_error err;

        assert_true(sg_date_parse_iso(sg_str_of(rows[r].utc), open_zone(arena, "UTC"), &utc_ms));
        if (!sg_date_write(arena, compile(arena, rows[r].format), zone, utc_ms, &written, &err))
            written = sg_str_of(err.text);
        assert_string_equal(sg_str_c(arena, written), rows[r].written);
    }
}

static void a_format_that_is_wrong_is_refused_at_its_byte(void **state)
{
    static const struct {
        const char *format;
        int column;
    } rows[] = {
        {"", 10},          {"ISO", 10},         {"jalali iso", 17}, {"%Y/%m/%D", 16},
        {"%Y/%m/%d%", 18}, {"%Y/%m/%d %Y", 19}, {"%%", 10},         {"jalali %Y/%q", 20},
        {"jalali ", 17},   {"yyyy/mm/dd", 10},
    };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_place at = {"m.yaml", 6, 10};

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        const struct sg_date_format *format = NULL;
        struct sg_error err;

        assert_false(
            sg_date_format_compile(arena, unit_text(arena, rows[r].format), at, &format, &err));
        assert_null(format);
        assert_int_equal(err.kind, SG_ERROR_INPUT);
        assert_int_equal(err.at.column, rows[r].column);
    }
}

static void only_what_names_a_whole_day_can_be_read(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    (void)state;
    assert_true(sg_date_format_is_whole(compile(arena, "iso")));
    assert_true(sg_date_format_is_whole(compile(arena, "unix_ms")));
    assert_true(sg_date_format_is_whole(compile(arena, "jalali %d %m %Y")));
    assert_false(sg_date_format_is_whole(compile(arena, "%Y/%m")));
    assert_false(sg_date_format_is_whole(compile(arena, "%H:%M:%S %d %m")));
}

static void people_see_a_time_in_both_calendars(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_str shown =
        sg_date_write_people(arena, open_zone(arena, "Asia/Tehran"), 1782880200250);

    (void)state;
    assert_string_equal(sg_str_c(arena, shown), "1405/04/10 08:00:00 (2026-07-01T08:00:00+03:30)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_date_is_read_into_utc_or_told_what_is_wrong),
        cmocka_unit_test(a_date_is_written_as_the_zones_clocks_show_it),
        cmocka_unit_test(a_format_that_is_wrong_is_refused_at_its_byte),
        cmocka_unit_test(only_what_names_a_whole_day_can_be_read),
        cmocka_unit_test(people_see_a_time_in_both_calendars),
    };
    return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
