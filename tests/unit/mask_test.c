#include "base/mask.h"

#include "base/buffer.h"

#include "unit.h"

static void what_tells_who_somebody_is_is_masked(void **state)
{
    static const char *const rows[][2] = {
        {"", ""},
        {"no such request", "no such request"},
        {"نشانی نامعتبر است", "نشانی نامعتبر است"},
        {"call 09151234567 now", "call *** now"},
        {"call +98 915 123 4567", "call +***"},
        {"0915-123-4567", "***"},
        {"۰۹۱۵۱۲۳۴۵۶۷", "***"},
        {"٠٩١٥١٢٣٤٥٦٧", "***"},
        {"national id 001-234567-8.", "national id ***."},
        {"id 1234567", "id ***"},
        {"id 123456", "id 123456"},
        {"ticket 1403-88123 is closed", "ticket 1403-88123 is closed"},
        {"ticket 1403-0915123456", "ticket 1403-***"},
        {"at 2026-07-01T08:00", "at 2026-07-01T08:00"},
        {"case 44/1405", "case 44/1405"},
        {"mail a.b+c@example.ir, please", "mail ***, please"},
        {"a@b", "***"},
        {"@b and a@ and @", "@b and a@ and @"},
        {"ab09151234567", "ab***"},
        {"x\r\ny\tz\x7f", "x  y z "},
        {"x\xc2\x85y", "x y"},
    };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_str masked = sg_mask_text(arena, unit_text(arena, rows[r][0]));

        assert_string_equal(sg_str_c(arena, masked), rows[r][1]);
    }
}

static void what_is_long_is_cut_between_characters(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_buffer text = {.arena = arena};

    (void)state;
    for (int i = 0; i < SG_MASK_MAX; i++)
        sg_buffer_add(&text, SG_STR("ش"));
    assert_int_equal(sg_mask_text(arena, sg_buffer_text(&text)).length, 2 * SG_MASK_MAX);
    sg_buffer_add(&text, SG_STR("شهر"));
    assert_int_equal(sg_mask_text(arena, sg_buffer_text(&text)).length, 2 * SG_MASK_MAX + 3);
    for (int i = 0; i < 100 * SG_MASK_MAX; i++)
        sg_buffer_add(&text, SG_STR("شa1"));
    assert_int_equal(sg_mask_text(arena, sg_buffer_text(&text)).length, 2 * SG_MASK_MAX + 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_tells_who_somebody_is_is_masked),
        cmocka_unit_test(what_is_long_is_cut_between_characters),
    };
    return cmocka_run_group_tests_name("mask", tests, NULL, NULL);
}
