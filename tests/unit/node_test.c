#include "tree/node.h"

#include "tree/json.h"
#include "unit.h"

static const struct sg_node *tree(struct sg_arena *arena, const char *json)
{
    const struct sg_node *node = NULL;
    struct sg_error err;

    assert_true(sg_json_read(arena, unit_text(arena, json), NULL, &node, &err));
    return node;
}

static const char *json_of(struct sg_arena *arena, const struct sg_node *node)
{
    struct sg_buffer out = {.arena = arena};

    if (node == NULL)
        return "none";
    sg_json_write(&out, node);
    return sg_buffer_c(&out);
}

static void a_tree_is_built_in_order(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_node *object = sg_node_new(arena, SG_NODE_OBJECT);
    struct sg_node *list = sg_node_new(arena, SG_NODE_LIST);

    (void)state;
    (void)sg_node_append(list, sg_node_number(arena, INT64_MIN));
    (void)sg_node_append(list, sg_node_boolean(arena, true));
    (void)sg_node_append(list, sg_node_boolean(arena, false));
    (void)sg_node_add(object, SG_STR("list"), list);
    (void)sg_node_add(object, SG_STR("text"), sg_node_text(arena, SG_STR("x")));
    (void)sg_node_add(object, SG_STR("null"), sg_node_new(arena, SG_NODE_NULL));
    assert_int_equal(list->count, 3);
    assert_string_equal(
        json_of(arena, object),
        "{\"list\":[-9223372036854775808,true,false],\"text\":\"x\",\"null\":null}");
}

static void a_member_is_found_by_its_name_or_not_at_all(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_node *object = tree(arena, "{\"a\":1,\"ab\":2,\"\":3}");

    (void)state;
    assert_string_equal(json_of(arena, sg_node_find(object, SG_STR("ab"))), "2");
    assert_string_equal(json_of(arena, sg_node_find(object, SG_STR(""))), "3");
    assert_null(sg_node_find(object, SG_STR("b")));
    assert_null(sg_node_find(NULL, SG_STR("a")));
    assert_null(sg_node_find(tree(arena, "[1]"), SG_STR("")));
}

static void nothing_has_many_faces(void **state)
{
    static const struct {
        const char *json;
        bool is_nothing;
    } rows[] = {
        {"null", true},   {"\"\"", true},    {"[]", true},
        {"{}", true},     {"0", false},      {"\" \"", false},
        {"false", false}, {"[null]", false}, {"{\"a\":null}", false},
    };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    (void)state;
    assert_true(sg_node_is_nothing(NULL));
    for (size_t r = 0; r < SG_ROWS(rows); r++)
        assert_int_equal(sg_node_is_nothing(tree(arena, rows[r].json)), rows[r].is_nothing);
}

static void as_text_gives_one_text_or_refuses(void **state)
{
    static const char *const rows[][2] = {
        {"\"x\"", "x"},
        {"\"\"", ""},
        {"1.50", "1.50"}, /* digits stay */
        {"true", "true"},
        {"[\"x\"]", "x"},
        {"[[7]]", "7"},
        {"{\"@Code\":\"1\",\"#text\":\"x\"}", "x"},
        {"[{\"#text\":\"x\",\"@Code\":\"1\"}]", "x"},
        {"{\"#text\":\"x\",\"b\":\"1\"}", "refused"}, /* a child is more than text */
        {"{\"@Code\":\"1\"}", "refused"},
        {"{\"#text\":{}}", "refused"},
        {"{\"a\":1}", "refused"},
        {"{}", "refused"},
        {"[]", "refused"},
        {"[1,2]", "refused"},
        {"null", "refused"},
    };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_str text = {0};

    (void)state;
    assert_false(sg_node_as_text(NULL, &text));
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        bool is_text = sg_node_as_text(tree(arena, rows[r][0]), &text);
        assert_string_equal(is_text ? sg_str_c(arena, text) : "refused", rows[r][1]);
    }
}

/* Rows: expected, got, where they differ first ("equal": nowhere), and what stands there. */
static void trees_are_equal_or_differ_at_a_pointer(void **state)
{
    static const char *const rows[][5] = {
        {"1", "1", "equal", "", ""},
        {"{\"a\":1,\"b\":[2]}", "{\"b\":[2],\"a\":1}", "equal", "", ""},
        {"{\"a\":1,\"b\":2,\"c\":3}", "{\"c\":3,\"a\":1,\"b\":2}", "equal", "", ""},
        {"null", "null", "equal", "", ""},
        {"1", "\"1\"", "", "1", "\"1\""},
        {"1", "1.0", "", "1", "1.0"},
        {"null", "\"\"", "", "null", "\"\""},
        {"[1,2]", "[2,1]", "/0", "1", "2"},
        {"[1]", "[1,2]", "/1", "none", "2"},
        {"[1,2]", "[1]", "/1", "2", "none"},
        {"{\"a\":1}", "{}", "/a", "1", "none"},
        {"{}", "{\"a\":1}", "/a", "none", "1"},
        {"{\"a\":1,\"b\":2}", "{\"a\":1,\"c\":2}", "/b", "2", "none"},
        {"{\"a/b\":{\"~\":[0,{\"c\":true}]}}", "{\"a/b\":{\"~\":[0,{\"c\":false}]}}",
         "/a~1b/~0/1/c", "true", "false"},
        {"{\"a\":[1]}", "{\"a\":{\"b\":1}}", "/a", "[1]", "{\"b\":1}"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_node *a = tree(arena, rows[r][0]), *b = tree(arena, rows[r][1]);
        const struct sg_node *a_at = NULL, *b_at = NULL;
        struct sg_str pointer = {0};
        bool differ = sg_node_differ(arena, a, b, &pointer, &a_at, &b_at);

        assert_int_equal(sg_node_equal(a, b), !differ);
        assert_string_equal(differ ? sg_str_c(arena, pointer) : "equal", rows[r][2]);
        if (differ) {
            assert_string_equal(json_of(arena, a_at), rows[r][3]);
            assert_string_equal(json_of(arena, b_at), rows[r][4]);
        }
    }
}

static void members_of_one_name_become_one_list_at_the_place_of_the_first(void **state)
{
    static const char *const rows[][2] = {
        {"", "{}"},
        {"a", "{\"a\":0}"},
        {"ab", "{\"a\":0,\"b\":1}"},
        {"aa", "{\"a\":[0,1]}"},
        {"bacab", "{\"b\":[0,4],\"a\":[1,3],\"c\":2}"},
        {"zaaab", "{\"z\":0,\"a\":[1,2,3],\"b\":4}"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_node *object = sg_node_new(arena, SG_NODE_OBJECT);
        struct sg_str names = unit_text(arena, rows[r][0]);

        for (size_t i = 0; i < names.length; i++)
            (void)sg_node_add(object, (struct sg_str){names.at + i, 1},
                              sg_node_number(arena, (int64_t)i));
        sg_node_group(arena, object);
        assert_string_equal(json_of(arena, object), rows[r][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_is_built_in_order),
        cmocka_unit_test(a_member_is_found_by_its_name_or_not_at_all),
        cmocka_unit_test(nothing_has_many_faces),
        cmocka_unit_test(as_text_gives_one_text_or_refuses),
        cmocka_unit_test(members_of_one_name_become_one_list_at_the_place_of_the_first),
        cmocka_unit_test(trees_are_equal_or_differ_at_a_pointer),
    };
    return cmocka_run_group_tests_name("node", tests, NULL, NULL);
}
