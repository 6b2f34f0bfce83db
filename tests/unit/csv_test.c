#include "mapping/csv.h"

#include "base/buffer.h"
#include "unit.h"

/* Every field with its place, "1:1[code] 1:6[text]"; or the error with its place. */
static const char *outcome(struct sg_arena *arena, const char *text)
{
    struct sg_buffer out = {.arena = arena};
    struct sg_csv csv = {0};
    struct sg_error err;

    if (!sg_csv_read(arena, unit_text(arena, text), "t.csv", &csv, &err)) {
        assert_string_equal(err.at.file, "t.csv");
        assert_int_equal(err.kind, SG_ERROR_INPUT);
        sg_buffer_add_format(&out, "%d:%d %s", err.at.line, err.at.column, err.text);
        return sg_buffer_c(&out);
    }
    for (size_t r = 0; r < csv.count; r++) {
        for (size_t f = 0; f < csv.rows[r].count; f++) {
            struct sg_csv_field field = csv.rows[r].fields[f];

            sg_buffer_add_format(&out, "%d:%d[%.*s]", field.at.line, field.at.column,
                                 SG_STR_ARG(field.text));
        }
        sg_buffer_add_byte(&out, ';');
    }
    return sg_buffer_c(&out);
}

static void a_file_gives_its_fields_with_places_or_what_is_wrong(void **state)
{
    static const char *const rows[][2] = {
        {"", ""},
        {"a,b\n1,2\n", "1:1[a]1:3[b];2:1[1]2:3[2];"},
        {"a,b\r\n1,2", "1:1[a]1:3[b];2:1[1]2:3[2];"},
        {"\xef\xbb\xbf"
         "a,b\n",
         "1:1[a]1:3[b];"},
        {"a,,\n", "1:1[a]1:3[]1:4[];"},
        {",\n", "1:1[]1:2[];"},
        {"a\n\n\r\nb\n", "1:1[a];4:1[b];"},
        {"\"a,b\",\"c\"\n", "1:1[a,b]1:7[c];"},
        {"\"a\"\"b\",\"\"\"\"\n", "1:1[a\"b]1:8[\"];"},
        {"\"\"\n", "1:1[];"},
        {"\"a\nb\",c\nd", "1:1[a\nb]2:4[c];3:1[d];"},
        {"کد,متن\n1,انجام شد\n", "1:1[کد]1:6[متن];2:1[1]2:3[انجام شد];"},
        {"a,b\"c\n", "1:4 a quote inside a field without quotes; quote the field and double it"},
        {"a\n\"b\"c\n", "2:4 text after a closing quote; `,` or a line end expected"},
        {"a\nb,\"c\nd", "2:3 this quote is not closed"},
        {"a\rb\n", "1:2 a CR without LF, or a zero byte"},
        {"a\nb,\xd8\n", "2:3 a byte that is no UTF-8; save the file as UTF-8"},
    };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++)
        assert_string_equal(outcome(arena, rows[r][0]), rows[r][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_gives_its_fields_with_places_or_what_is_wrong),
    };
    return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
