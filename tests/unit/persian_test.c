#include "mapping/persian.h"

#include "arabic_forms.h"
#include "base/buffer.h"
#include "tree/utf8.h"
#include "unit.h"

typedef struct sg_str change_fn(struct sg_arena *arena, struct sg_str text);

static void expect(change_fn *change, const char *const rows[][2], size_t count)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    for (size_t r = 0; r < count; r++) {
        struct sg_str out = change(arena, unit_text(arena, rows[r][0]));

        assert_string_equal(sg_str_c(arena, out), rows[r][1]);
    }
}

static struct sg_str trim(struct sg_arena *arena, struct sg_str text)
{
    (void)arena;
    return sg_persian_trim(text);
}

static void white_space_and_zwnj_go_from_both_ends(void **state)
{
    static const char *const rows[][2] = {
        {"", ""},
        {" \t\r\n", ""},
        {"a", "a"},
        {" a  b ", "a  b"},
        {"\u200cمی\u200cشود\u200c", "می\u200cشود"},
        {"\u00a0\u2003\u3000متن\u2028\xc2\x85", "متن"},
        {" \u200c \u200c", ""},
        {"\ufeffa", "\ufeffa"},
        {"\u200ba", "\u200ba"}, /* a zero-width space is no White_Space */
    };

    (void)state;
    expect(trim, rows, SG_ROWS(rows));
}

static void runs_of_white_space_become_one_space(void **state)
{
    static const char *const rows[][2] = {
        {"a b", "a b"},
        {"  a  b\n\tc ", "a b c"},
        {"آب\u00a0شرب", "آب شرب"},
        {"می\u200cشود", "می\u200cشود"},
        {"می \u200cشود", "می شود"},
        {"می\u200c شود", "می شود"},
        {"خانه\u200c\u200cها", "خانه\u200c\u200cها"},
        {"خیابان   امام\r\n\r\nرضا", "خیابان امام رضا"},
        {"a\tb", "a b"},
    };

    (void)state;
    expect(sg_persian_collapse, rows, SG_ROWS(rows));
}

static void what_cannot_be_seen_is_dropped_but_not_what_means_something(void **state)
{
    static const char *const rows[][2] = {
        {"سلام", "سلام"},
        {"\ufeffسلام\u200f", "سلام"},
        {"a\tb\r\nc\xc2\x85", "a\tb\r\nc\xc2\x85"},
        {"\x01"
         "a\x1f\x7f\xc2\x80\xc2\x9f",
         "a"},
        {"\u202aa\u202b\u202c\u202d\u202e\u2066b\u2067\u2068\u2069\u200e\u061c", "ab"},
        {"می\u200cشود ه\u200d", "می\u200cشود ه\u200d"},
        {"a\u00ad\u200b\u2028", "a\u00ad\u200b\u2028"},
    };

    (void)state;
    expect(sg_persian_clean, rows, SG_ROWS(rows));
}

static void case_changes_one_character_for_one(void **state)
{
    static const char *const lower[][2] = {
        {"Ab-1", "ab-1"}, {"ÉΣ", "éσ"}, {"İ", "i"}, {"پلاک A", "پلاک a"}};
    static const char *const upper[][2] = {{"Ab-1", "AB-1"}, {"éß", "Éß"}, {"ǆ", "Ǆ"}};

    (void)state;
    expect(sg_persian_lower, lower, SG_ROWS(lower));
    expect(sg_persian_upper, upper, SG_ROWS(upper));
}

static void digits_of_all_three_kinds_become_ascii_and_go_back_as_persian(void **state)
{
    static const char *const to_ascii[][2] = {
        {"1405", "1405"},
        {"۰۱۲۳۴۵۶۷۸۹", "0123456789"},
        {"٠١٢٣٤٥٦٧٨٩", "0123456789"},
        {"０１２３４５６７８９", "0123456789"},
        {"پلاک ۱۲/۳", "پلاک 12/3"},
        {"९²½", "९²½"}, /* other scripts and signs stay */
    };
    static const char *const to_persian[][2] = {
        {"0123456789", "۰۱۲۳۴۵۶۷۸۹"}, {"منطقه 2", "منطقه ۲"}, {"٣", "٣"}};

    (void)state;
    expect(sg_persian_digits, to_ascii, SG_ROWS(to_ascii));
    expect(sg_persian_persian_digits, to_persian, SG_ROWS(to_persian));
}

static void persian_has_one_yeh_and_one_kaf(void **state)
{
    static const char *const rows[][2] = {
        {"", ""},
        {"plain", "plain"},
        {"لكه\u200cگيري انجام شد", "لکه\u200cگیری انجام شد"},
        {"شهرداري مشهد", "شهرداری مشهد"},
        {"مصطفى", "مصطفی"},
        {"مسئول", "مسئول"},
        {"مسي\u0654ول", "مسئول"},     /* a Yeh and a Hamza are composed first */
        {"ا\u0653ب", "آب"},           /* NFC */
        {"خانه\u0654", "خانه\u0654"}, /* no composed letter for these two */
        {"\u06d5\u0654", "\u06c0"},   /* plain letters, until a mark follows */
        {"\u06d2\u0654", "\u06d3"},
        {"مثلا\u064b خانه\u0654ي", "مثلا\u064b خانه\u0654ی"}, /* marks that compose with nothing */
        {"\u0622\u0655",
         "\u0625\u0653"}, /* the letter comes apart: its Madda stands after a Hamza below */
        {"ب\u0651\u064e", "ب\u064e\u0651"}, /* the order of marks is NFC's */
        {"\u0654ا", "\u0654ا"},             /* a mark on nothing */
        {"ﺳﻼﻡ", "سلام"},
        {"ﻛﺘﺎﺑﻲ", "کتابی"},
        {"ﷲ ﷼", "الله ریال"},
        {"﴾۱﴿", "﴾۱﴿"},           /* ornate brackets have no mapping */
        {"m² ½ ™ ﬁ", "m² ½ ™ ﬁ"}, /* no NFKC outside the two blocks */
        {"e\u0301", "é"},
    };

    (void)state;
    expect(sg_persian_letters, rows, SG_ROWS(rows));
}

static void an_old_system_gets_arabic_yeh_and_kaf(void **state)
{
    static const char *const rows[][2] = {
        {"لکه\u200cگیری", "لكه\u200cگيري"},
        {"ﻛﺘﺎﺑﻲ", "كتابي"},
        {"مصطفى", "مصطفى"},
        {"پلاک ۷", "پلاك ۷"},
        {"مسی\u0654ول", "مسئول"}, /* of an Arabic Yeh and its Hamza NFC makes one letter */
    };

    (void)state;
    expect(sg_persian_arabic_letters, rows, SG_ROWS(rows));
}

static void texts_that_say_the_same_fold_to_the_same(void **state)
{
    static const char *const rows[][2] = {
        {"  كوچه\u00a0ي  ۱۲ ", "کوچه ی 12"},
        {"کوچه ی ١٢\u200c", "کوچه ی 12"},
        {"ﻛﻮﭼﻪ ﻱ 12", "کوچه ی 12"},
        {"Main  St", "Main St"},
        {" \u200c", ""},
    };

    (void)state;
    expect(sg_persian_fold, rows, SG_ROWS(rows));
}

static void expect_one(struct sg_arena *arena, uint32_t c, const char *expected)
{
    struct sg_buffer in = {.arena = arena};

    sg_utf8_add(&in, c);
    struct sg_str out = sg_persian_letters(arena, sg_buffer_text(&in));
    const char *want = expected != NULL ? expected : sg_buffer_c(&in);

    if (!sg_str_is(out, want))
        fail_msg("U+%04X became %.*s, not %s", c, SG_STR_ARG(out), want);
}

static void every_arabic_letter_stays_but_three(void **state)
{
    static const uint32_t blocks[][2] = {{0x600, 0x6ff}, {0x750, 0x77f}, {0x8a0, 0x8ff}};
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    (void)state;
    for (size_t b = 0; b < SG_ROWS(blocks); b++) {
        for (uint32_t c = blocks[b][0]; c <= blocks[b][1]; c++) {
            bool is_yeh = c == 0x64a || c == 0x649;

            expect_one(arena, c, is_yeh ? "\u06cc" : c == 0x643 ? "\u06a9" : NULL);
        }
    }
}

static void every_presentation_form_becomes_its_letters(void **state)
{
    static const uint32_t blocks[][2] = {{0xfb50, 0xfdff}, {0xfe70, 0xfeff}};
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    size_t row = 0;

    (void)state;
    for (size_t b = 0; b < SG_ROWS(blocks); b++) {
        for (uint32_t c = blocks[b][0]; c <= blocks[b][1]; c++) {
            while (row < SG_ROWS(ARABIC_FORMS) && ARABIC_FORMS[row].last < c)
                row++;
            bool is_form = row < SG_ROWS(ARABIC_FORMS) && ARABIC_FORMS[row].first <= c;

            expect_one(arena, c, is_form ? ARABIC_FORMS[row].letters : NULL);
        }
    }
    assert_int_equal(row, SG_ROWS(ARABIC_FORMS)); /* U+FEFF is behind them all */
}

static void a_text_is_cut_before_what_does_not_fit_whole(void **state)
{
    static const struct {
        const char *text;
        size_t most;
        const char *cut;
    } rows[] = {
        {"", 3, ""},
        {"abc", 3, "abc"},
        {"abcd", 3, "abc"},
        {"سلام", 4, "سلام"},
        {"سلام", 2, "سل"},
        {"a\u0301b", 2, "a\u0301"},
        {"ba\u0301", 2, "b"}, /* the accent does not fit: nor does its letter */
        {"ba\u0301\u0327", 3, "b"},
        {"مُحَمَّد", 3, "مُ"},
        {"مُحَمَّد", 4, "مُحَ"},
        {"a\u0301", 1, ""},
        {"می\u200cشود", 2, "می"}, /* a ZWNJ is no part of the letter before it */
        {"می\u200cشود", 3, "می\u200c"},
        {"😀😀", 1, "😀"},
    };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_str cut = sg_persian_cut(unit_text(arena, rows[r].text), rows[r].most);

        assert_string_equal(sg_str_c(arena, cut), rows[r].cut);
    }
}

static void zeros_stand_before_what_is_too_short(void **state)
{
    static const struct {
        const char *text;
        size_t least;
        const char *padded;
    } rows[] = {{"7", 3, "007"}, {"012", 3, "012"}, {"1234", 3, "1234"}, {"۷", 2, "0۷"}};
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_str out = sg_persian_pad(arena, unit_text(arena, rows[r].text), rows[r].least);

        assert_string_equal(sg_str_c(arena, out), rows[r].padded);
    }
}

static void what_needs_no_change_is_not_copied(void **state)
{
    static change_fn *const changes[] = {
        sg_persian_collapse, sg_persian_clean,          sg_persian_lower, sg_persian_digits,
        sg_persian_letters,  sg_persian_arabic_letters, sg_persian_fold};
    static const char *const texts[] = {"plain text 1", "آب و برق قطع است"};
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    (void)state;
    for (size_t c = 0; c < SG_ROWS(changes); c++) {
        for (size_t t = 0; t < SG_ROWS(texts); t++) {
            struct sg_str text = unit_text(arena, texts[t]);

            assert_ptr_equal(changes[c](arena, text).at, text.at);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(white_space_and_zwnj_go_from_both_ends),
        cmocka_unit_test(runs_of_white_space_become_one_space),
        cmocka_unit_test(what_cannot_be_seen_is_dropped_but_not_what_means_something),
        cmocka_unit_test(case_changes_one_character_for_one),
        cmocka_unit_test(digits_of_all_three_kinds_become_ascii_and_go_back_as_persian),
        cmocka_unit_test(persian_has_one_yeh_and_one_kaf),
        cmocka_unit_test(an_old_system_gets_arabic_yeh_and_kaf),
        cmocka_unit_test(texts_that_say_the_same_fold_to_the_same),
        cmocka_unit_test(every_arabic_letter_stays_but_three),
        cmocka_unit_test(every_presentation_form_becomes_its_letters),
        cmocka_unit_test(a_text_is_cut_before_what_does_not_fit_whole),
        cmocka_unit_test(zeros_stand_before_what_is_too_short),
        cmocka_unit_test(what_needs_no_change_is_not_copied),
    };
    return cmocka_run_group_tests_name("persian", tests, NULL, NULL);
}
