#include "sgbridge/mapping.h"

#include "base/hash.h"
#include "mapping_unit.h"

static struct sg_str shape_of(struct sg_arena *arena, const char *record, const char *pointer)
{
    const struct sg_str pointers[] = {sg_str_of(pointer)};

    return sg_shape_of(arena, unit_json(arena, record), pointers, 1, false);
}

static void a_shape_is_the_same_when_a_person_would_say_so(void **state)
{
    static const struct {
        const char *pointer, *one, *other;
        bool is_same;
    } rows[] = {
        {"/a", "{\"a\":\"x\"}", "{\"a\":\"x\",\"b\":1}", true},
        {"/a", "{\"a\":\"x\"}", "{\"a\":\"y\"}", false},
        {"/a", "{\"a\":\"علي  ك\"}", "{\"a\":\" علی ک\"}", true},
        {"/a", "{\"a\":\"۱۴۰۵\"}", "{\"a\":1405}", true},
        {"/a", "{\"a\":null}", "{}", true},
        {"/a", "{\"a\":\"\"}", "{\"a\":[]}", true},
        {"/a", "{\"a\":0}", "{}", false},
        {"/a", "{\"a\":[\"x\"]}", "{\"a\":\"x\"}", true},
        {"/a", "{\"a\":[\"x\",\"y\"]}", "{\"a\":[\"y\",\"x\"]}", false},
        {"/a", "{\"a\":{\"p\":1,\"q\":2}}", "{\"a\":{\"q\":2,\"p\":1,\"r\":null}}", true},
        {"/a", "{\"a\":{\"p\":1,\"q\":2}}", "{\"a\":{\"p\":2,\"q\":1}}", false},
        {"/a/u", "{\"a\":[{\"u\":1},{\"u\":2}]}", "{\"a\":[{\"u\":1,\"n\":3},{\"u\":2}]}", true},
        {"/a/u", "{\"a\":[{\"u\":1},{\"u\":2}]}", "{\"a\":[{\"u\":1},{\"u\":3}]}", false},
        {"/a/0/u", "{\"a\":[{\"u\":1},{\"u\":2}]}", "{\"a\":{\"u\":1}}", true},
        {"", "{\"a\":1}", "{\"a\":1}", true},
        {"", "{\"a\":1}", "{\"a\":2}", false},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_str one = shape_of(arena, rows[r].one, rows[r].pointer);
        struct sg_str other = shape_of(arena, rows[r].other, rows[r].pointer);

        assert_int_equal(sg_str_equal(one, other), rows[r].is_same);
    }
}

static void the_order_of_the_pointers_does_not_matter(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_str there[] = {SG_STR("/a"), SG_STR("/b"), SG_STR("/c")};
    const struct sg_str back[] = {SG_STR("/c"), SG_STR("/b"), SG_STR("/a")};
    const struct sg_node *record = unit_json(arena, "{\"a\":1,\"b\":2,\"c\":3}");

    (void)state;
    assert_true(sg_str_equal(sg_shape_of(arena, record, there, 3, false),
                             sg_shape_of(arena, record, back, 3, false)));
}

/* An echo: what we read last, overlaid with what our call shows, is what we read now. */
static void an_overlay_replaces_the_entries_it_has(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_str pointers[] = {SG_STR("/status"), SG_STR("/text")};
    struct sg_str before = sg_shape_of(
        arena, unit_json(arena, "{\"status\":\"open\",\"text\":\"t\"}"), pointers, 2, false);
    struct sg_str ours =
        sg_shape_of(arena, unit_json(arena, "{\"status\":\"answered\"}"), pointers, 1, false);
    struct sg_str echo = sg_shape_of(
        arena, unit_json(arena, "{\"status\":\"answered\",\"text\":\"t\"}"), pointers, 2, false);
    struct sg_str edited = sg_shape_of(
        arena, unit_json(arena, "{\"status\":\"answered\",\"text\":\"u\"}"), pointers, 2, false);
    struct sg_str over = sg_shape_overlay(arena, before, ours);

    (void)state;
    assert_true(sg_str_equal(over, echo));
    assert_false(sg_str_equal(over, edited));
    assert_false(sg_str_equal(over, before));
    assert_int_equal(sg_shape_overlay(arena, (struct sg_str){0}, ours).length, 0);
}

static void the_case_of_names_says_nothing_where_they_are_loose(void **state)
{
    static const struct {
        const char *pointer, *one, *other_pointer, *other;
        bool is_same;
    } rows[] = {
        {"/Name", "{\"name\":\"x\"}", "/name", "{\"NAME\":\"x\"}", true},
        {"/name", "{\"name\":\"x\"}", "/name", "{\"name\":\"X\"}", false},
        {"/A", "{\"a\":{\"B\":1}}", "/a", "{\"A\":{\"b\":1}}", true},
        {"/A/B", "{\"a\":[{\"b\":1},{\"B\":2}]}", "/a/b", "{\"a\":[{\"B\":1},{\"b\":2}]}", true},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_str pointers[] = {sg_str_of(rows[r].pointer),
                                          sg_str_of(rows[r].other_pointer)};
        const struct sg_node *one = unit_json(arena, rows[r].one);
        const struct sg_node *other = unit_json(arena, rows[r].other);

        assert_int_equal(sg_str_equal(sg_shape_of(arena, one, pointers, 1, true),
                                      sg_shape_of(arena, other, pointers + 1, 1, true)),
                         rows[r].is_same);
    }
}

/* Shapes are kept for ever: other bytes would make each record of an installation look edited. */
static void the_bytes_of_a_shape_never_change(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_str shape = shape_of(arena, "{\"a\":[\"x\",{\"b\":\"y\"}]}", "/a");

    (void)state;
    assert_string_equal(sg_str_c(arena, sg_hex(arena, shape)), "315456040d088e34a33c14eb");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shape_is_the_same_when_a_person_would_say_so),
        cmocka_unit_test(the_order_of_the_pointers_does_not_matter),
        cmocka_unit_test(an_overlay_replaces_the_entries_it_has),
        cmocka_unit_test(the_case_of_names_says_nothing_where_they_are_loose),
        cmocka_unit_test(the_bytes_of_a_shape_never_change),
    };
    return cmocka_run_group_tests_name("shape", tests, NULL, NULL);
}
