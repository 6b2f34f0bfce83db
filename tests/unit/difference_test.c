#include "tree/difference.h"

#include "base/buffer.h"
#include "tree/json.h"
#include "unit.h"

static const struct sg_node *tree(struct sg_arena *arena, const char *json)
{
    const struct sg_node *node = NULL;
    struct sg_error err;

    if (json == NULL)
        return NULL;
    assert_true(sg_json_read(arena, unit_text(arena, json), NULL, &node, &err));
    return node;
}

/* `/a: 1 > 2; ` of each. */
static void add(void *owner, const struct sg_difference *difference)
{
    struct sg_str before = SG_STR("-"), after = SG_STR("-");

    if (difference->before != NULL)
        before = sg_difference_text(difference->before);
    if (difference->after != NULL)
        after = sg_difference_text(difference->after);
    sg_buffer_add_format(owner, "%.*s: %.*s > %.*s; ", SG_STR_ARG(difference->pointer),
                         SG_STR_ARG(before), SG_STR_ARG(after));
}

static void each_leaf_that_differs_is_told_with_its_pointer(void **state)
{
    static const char *const rows[][3] = {
        {"{\"a\":1,\"b\":\"x\"}", "{\"b\":\"x\",\"a\":1}", ""},
        {"{\"a\":1}", "{\"a\":\"1\"}", "/a: 1 > 1; "},
        {"{\"a\":{\"b\":[1,2,3]}}", "{\"a\":{\"b\":[1,5,3]}}", "/a/b/1: 2 > 5; "},
        {"[1]", "[1,2,{\"a\":3}]", "/1: - > 2; /2/a: - > 3; "},
        {"[1,2]", "[]", "/0: 1 > -; /1: 2 > -; "},
        {"{\"a\":{\"b\":1,\"c\":[true]}}", "{}", "/a/b: 1 > -; /a/c/0: true > -; "},
        {"{\"a\":{\"b\":1}}", "{\"a\":[2]}", "/a/b: 1 > -; /a/0: - > 2; "},
        {"{\"a\":null}", "{}", "/a: null > -; "},
        {"{}", "{\"a\":[]}", "/a: - > []; "},
        {"{\"a\":{}}", "{\"a\":1}", "/a: {} > 1; "},
        {"{\"a\":[]}", "{\"a\":{}}", "/a: [] > {}; "},
        {"{\"a\":1,\"b\":2}", "{\"b\":3,\"c\":4,\"a\":1}", "/b: 2 > 3; /c: - > 4; "},
        {"{\"a/b\":1,\"~\":2}", "{\"a/b\":2,\"~\":3}", "/a~1b: 1 > 2; /~0: 2 > 3; "},
        {"{\"متن\":\"x\"}", "{\"متن\":\"y\"}", "/متن: x > y; "},
        {"1", "2", ": 1 > 2; "},
        {NULL, "{\"a\":1}", "/a: - > 1; "},
        {"{\"a\":1}", NULL, "/a: 1 > -; "},
        {NULL, NULL, ""},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_buffer said = {.arena = arena};

        sg_difference_each(arena, tree(arena, rows[r][0]), tree(arena, rows[r][1]), add, &said);
        assert_string_equal(sg_buffer_c(&said), rows[r][2]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_leaf_that_differs_is_told_with_its_pointer),
    };
    return cmocka_run_group_tests_name("difference", tests, NULL, NULL);
}
