#include "tree/charset.h"

#include "base/buffer.h"
#include "unit.h"

/* Microsoft's table of code page 1256, from 80 to FF. */
static const char UPPER_HALF[] =
    "\u20AC\u067E\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0679\u2039\u0152\u0686\u0698\u0688"
    "\u06AF\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u06A9\u2122\u0691\u203A\u0153\u200C\u200D\u06BA"
    "\u00A0\u060C\u00A2\u00A3\u00A4\u00A5\u00A6\u00A7\u00A8\u00A9\u06BE\u00AB\u00AC\u00AD\u00AE\u00AF"
    "\u00B0\u00B1\u00B2\u00B3\u00B4\u00B5\u00B6\u00B7\u00B8\u00B9\u061B\u00BB\u00BC\u00BD\u00BE\u061F"
    "\u06C1\u0621\u0622\u0623\u0624\u0625\u0626\u0627\u0628\u0629\u062A\u062B\u062C\u062D\u062E\u062F"
    "\u0630\u0631\u0632\u0633\u0634\u0635\u0636\u00D7\u0637\u0638\u0639\u063A\u0640\u0641\u0642\u0643"
    "\u00E0\u0644\u00E2\u0645\u0646\u0647\u0648\u00E7\u00E8\u00E9\u00EA\u00EB\u0649\u064A\u00EE\u00EF"
    "\u064B\u064C\u064D\u064E\u00F4\u064F\u0650\u00F7\u0651\u00F9\u0652\u00FB\u00FC\u200E\u200F\u06D2";

static void every_byte_is_a_character_and_back(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_charset *charset = sg_charset_open(arena, "windows-1256");
    struct sg_buffer wanted = {.arena = arena};
    struct sg_str text, bytes;
    struct sg_error err;
    char all[256];

    (void)state;
    for (int b = 0; b < 256; b++)
        all[b] = (char)(unsigned char)b;
    sg_buffer_add(&wanted, (struct sg_str){all, 128});
    sg_buffer_add(&wanted, sg_str_of(UPPER_HALF));
    text = sg_charset_decode(charset, arena, (struct sg_str){all, sizeof all});
    assert_true(sg_str_equal(text, sg_buffer_text(&wanted)));
    assert_true(sg_charset_encode(charset, arena, text, SG_CHARSET_REFUSED, &bytes, &err));
    assert_true(sg_str_equal(bytes, (struct sg_str){all, sizeof all}));
    assert_int_equal(sg_charset_decode(charset, arena, (struct sg_str){0}).length, 0);
    assert_string_equal(sg_charset_name(charset), "windows-1256");
}

static void utf_8_passes_as_it_is(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_str text = SG_STR("\u06cc\u06f1"), bytes;
    struct sg_error err;

    (void)state;
    assert_true(sg_charset_encode(NULL, arena, text, SG_CHARSET_REFUSED, &bytes, &err));
    assert_ptr_equal(bytes.at, text.at);
    assert_ptr_equal(sg_charset_decode(NULL, arena, text).at, text.at);
    assert_ptr_equal(sg_charset_fold(NULL, arena, text).at, text.at);
    assert_string_equal(sg_charset_name(NULL), "utf-8");
}

static void what_does_not_fit_is_folded_or_escaped_or_refused(void **state)
{
    static const struct {
        const char *text, *plain, *xml;
    } rows[] = {
        {"", "", ""},
        {"\u067e\u06cc\u06a9", "\x81\xED\x98", "\x81\xED\x98"},
        {"\u06f0\u06f9\u0660\u0669", "0909", "0909"},
        {"\u0649\u064a", "\xEC\xED", "\xEC\xED"},
        {"a\u4e2d", "windows-1256 has no U+4E2D", "a&#20013;"},
        {"\U0001F600", "windows-1256 has no U+1F600", "&#128512;"},
        {"\u202b", "windows-1256 has no U+202B", "&#8235;"},  /* ICU would drop it */
        {"\uff11", "windows-1256 has no U+FF11", "&#65297;"}, /* and make a 1 of this */
        {"\u2200", "windows-1256 has no U+2200", "&#8704;"},
        {"<a b=\"\u4e2d>\">\"\u4e2d\"</a>", "windows-1256 has no U+4E2D",
         "<a b=\"&#20013;>\">\"&#20013;\"</a>"},
        {"<\u4e2d/>", "windows-1256 has no U+4E2D",
         "windows-1256 has no U+4E2D, which stands in a name"},
        {"<a b=\"\" \u4e2d=\"\"/>", "windows-1256 has no U+4E2D",
         "windows-1256 has no U+4E2D, which stands in a name"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_charset *charset = sg_charset_open(arena, "windows-1256");
        struct sg_str text = unit_text(arena, rows[r].text), bytes;
        struct sg_error err;
        bool is_good = sg_charset_encode(charset, arena, text, SG_CHARSET_REFUSED, &bytes, &err);

        assert_string_equal(is_good ? sg_str_c(arena, bytes) : err.text, rows[r].plain);
        is_good = sg_charset_encode(charset, arena, text, SG_CHARSET_XML, &bytes, &err);
        assert_string_equal(is_good ? sg_str_c(arena, bytes) : err.text, rows[r].xml);
    }
}

static void folding_changes_only_what_is_lacking(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_charset *charset = sg_charset_open(arena, "windows-1256");

    (void)state;
    assert_true(sg_str_is(sg_charset_fold(charset, arena, SG_STR("\u06cc\u0649\u06a9\u06f7\u4e2d")),
                          "\u064a\u0649\u06a97\u4e2d"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_is_a_character_and_back),
        cmocka_unit_test(utf_8_passes_as_it_is),
        cmocka_unit_test(what_does_not_fit_is_folded_or_escaped_or_refused),
        cmocka_unit_test(folding_changes_only_what_is_lacking),
    };
    return cmocka_run_group_tests_name("charset", tests, NULL, NULL);
}
