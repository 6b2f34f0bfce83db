#include "tree/xml.h"

#include "tree/json.h"
#include "unit.h"

#define XSI " xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"

/* What integrators declare: a default, a prefix, and one whose URI needs escaping. */
static const struct sg_xml_namespace DECLARED[] = {
    {{"", 0}, {"urn:gam", 7}},
    {{"stuf", 4}, {"urn:stuf", 8}},
    {{"q", 1}, {"urn:a&b", 7}},
};
static const struct sg_xml_names NAMES = {DECLARED, SG_ROWS(DECLARED)};

static const struct sg_node *tree(struct sg_arena *arena, const char *json)
{
    const struct sg_node *node = NULL;
    struct sg_error err;

    assert_true(sg_json_read(arena, unit_text(arena, json), NULL, &node, &err));
    return node;
}

/* What reading gave: the root as JSON, its name before it, or "LINE:COLUMN: why not". */
static const char *outcome(struct sg_arena *arena, struct sg_str text, struct sg_xml_names names)
{
    struct sg_buffer out = {.arena = arena};
    const struct sg_node *node = NULL;
    struct sg_error err;

    if (sg_xml_read(arena, text, names, "a.xml", &node, &err)) {
        sg_buffer_add_format(&out, "%.*s ", SG_STR_ARG(node->name));
        sg_json_write(&out, node);
    } else {
        assert_int_equal(err.kind, SG_ERROR_INPUT);
        assert_string_equal(err.at.file, "a.xml");
        assert_null(node);
        sg_buffer_add_format(&out, "%d:%d: %s", err.at.line, err.at.column, err.text);
    }
    return sg_buffer_c(&out);
}

static void check(const char *const (*rows)[2], size_t count, struct sg_xml_names names)
{
    for (size_t r = 0; r < count; r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

        assert_string_equal(outcome(arena, unit_text(arena, rows[r][0]), names), rows[r][1]);
    }
}

static void elements_are_members_attributes_and_texts(void **state)
{
    static const char *const rows[][2] = {
        {"<a/>", "a \"\""},
        {"<a></a>", "a \"\""},
        {"<?xml version='1.0' encoding='UTF-8'?>\n<!-- c --><a>x</a><!-- d -->\n", "a \"x\""},
        {"\xEF\xBB\xBF<a>x</a>", "a \"x\""},
        {"<a><b>1</b><c>2</c></a>", "a {\"b\":\"1\",\"c\":\"2\"}"},
        {"<a i='1' j=\"2\"/>", "a {\"@i\":\"1\",\"@j\":\"2\"}"},
        {"<a i='1'>x</a>", "a {\"@i\":\"1\",\"#text\":\"x\"}"},
        {"<a i='1'><b/></a>", "a {\"@i\":\"1\",\"b\":\"\"}"},
        /* repeated elements are a list at the place of the first */
        {"<a><b>1</b><c/><b>2</b><b i='3'/></a>",
         "a {\"b\":[\"1\",\"2\",{\"@i\":\"3\"}],\"c\":\"\"}"},
        {"<a><b/><B/></a>", "a {\"b\":\"\",\"B\":\"\"}"},
        /* white space is dropped between elements, and only there */
        {"<a>\n  <b> x </b>\r\n\t<c>  </c>\n</a>", "a {\"b\":\" x \",\"c\":\"  \"}"},
        {"<a i='1'> </a>", "a {\"@i\":\"1\",\"#text\":\" \"}"},
        {"<a>x <b/>\n y</a>", "a {\"b\":\"\",\"#text\":\"x \\n y\"}"},
        {"<a>x<!-- c -->y<?p i?>z</a>", "a \"xyz\""},
        /* texts */
        {"<a>&lt;&amp;&gt;&quot;&apos;&#65;&#x6CC;</a>", "a \"<&>\\\"'A\u06cc\""},
        {"<a i='&lt;&amp;&#38;&#10;x'/>", "a {\"@i\":\"<&&\\nx\"}"},
        {"<a>x<![CDATA[<b>&amp;]]>y</a>", "a \"x<b>&amp;y\""},
        {"<a>\r\n&#13;</a>", "a \"\\n\\r\""},
        {"<\u0646\u0627\u0645\u0647>\u06cc</\u0646\u0627\u0645\u0647>",
         "\u0646\u0627\u0645\u0647 \"\u06cc\""},
        /* what a document says of its bytes is no matter: they are UTF-8 */
        {"<?xml version='1.0' encoding='windows-1256'?><a>\u06cc</a>", "a \"\u06cc\""},
        {"<?xml version='1.0' encoding='UTF-16'?><a>\u06cc</a>", "a \"\u06cc\""},
        /* nil */
        {"<a" XSI "><b xsi:nil='true'/><c xsi:nil='1'></c><d xsi:nil='false'/></a>",
         "a {\"b\":null,\"c\":null,\"d\":\"\"}"},
        {"<a" XSI " xsi:nil='true' i='1'/>", "a null"},
        {"<a nil='true'/>", "a {\"@nil\":\"true\"}"},
        /* xsi:type is no data */
        {"<a" XSI " xsi:type='s' xsi:schemaLocation='x y'>1</a>", "a \"1\""},
    };

    (void)state;
    check(rows, SG_ROWS(rows), (struct sg_xml_names){0});
}

static void declared_prefixes_stay_and_others_go(void **state)
{
    static const char *const rows[][2] = {
        {"<x:a xmlns:x='urn:other'><x:b x:i='1' j='2'/></x:a>",
         "a {\"b\":{\"@i\":\"1\",\"@j\":\"2\"}}"},
        {"<a xmlns='urn:gam'><b/></a>", "a {\"b\":\"\"}"},
        {"<x:a xmlns:x='urn:stuf' x:i='1' j='2'><x:b/></x:a>",
         "stuf:a {\"@stuf:i\":\"1\",\"@j\":\"2\",\"stuf:b\":\"\"}"},
        {"<a xmlns='urn:stuf'/>", "stuf:a \"\""},
        {"<a xmlns='urn:stuf' i='1'><b xmlns=''/></a>", "stuf:a {\"@i\":\"1\",\"b\":\"\"}"},
        {"<stuf:a xmlns:stuf='urn:else'/>", "a \"\""},
        {"<a xmlns='urn:a&amp;b' xml:lang='fa'/>", "q:a {\"@lang\":\"fa\"}"},
        {"<a" XSI " xsi:type='s'/>", "a \"\""},
    };
    static const struct sg_xml_namespace xsi[] = {
        {{"i", 1}, {"http://www.w3.org/2001/XMLSchema-instance", 41}}};
    static const char *const with_xsi[][2] = {
        {"<a" XSI " xsi:type='s'/>", "a {\"@i:type\":\"s\"}"},
        {"<a" XSI " xsi:nil='true'/>", "a null"},
    };

    (void)state;
    check(rows, SG_ROWS(rows), NAMES);
    check(with_xsi, SG_ROWS(with_xsi), (struct sg_xml_names){xsi, 1});
}

static void what_is_not_well_formed_is_refused_at_its_place(void **state)
{
    static const char *const rows[][2] = {
        {"", "1:1: the document is empty"},
        {"\xEF\xBB\xBF", "1:1: the document is empty"},
        {"  ", "1:3: the document does not begin with an element"},
        {"x", "1:1: the document does not begin with an element"},
        {"{\"a\":1}", "1:1: the document does not begin with an element"},
        {"<a>", "1:4: the document ends inside an element"},
        {"<a>\n<b>\n</c></a>", "3:5: an end tag that does not fit its start tag"},
        {"<a/><b/>", "1:5: something follows the end of the document"},
        {"<a/>x", "1:5: something follows the end of the document"},
        {"<a i='1' i='2'/>", "1:15: an attribute is given twice in one element"},
        {"<a xmlns:x='u' xmlns:y='u' x:i='1' y:i='2'/>",
         "1:43: an attribute is given twice in one element"},
        {"<a i='<'/>", "1:7: '<' in an attribute; it must be escaped"},
        {"<a>&nbsp;</a>", "1:10: an entity that XML does not know"},
        {"<a i='&x;'/>", "1:10: an entity that XML does not know"},
        {"<a>&</a>", "1:5: '&' that begins no entity, or a tag without a name"},
        {"<a>&amp</a>", "1:8: '&' that begins no entity, or a tag without a name"},
        {"<a>&#0;</a>", "1:8: a character that XML forbids"},
        {"<a>\u0645&#xFFFF;</a>", "1:14: a character that XML forbids"},
        {"<a>\x01</a>", "1:4: a character that XML forbids"},
        {"<x:a/>", "1:5: a prefix whose namespace is not declared"},
        {"<a x:i='1'/>", "1:11: a prefix whose namespace is not declared"},
        {"<a>\n\u0645\xFF</a>", "2:3: bytes that are no UTF-8"},
        /* what a DTD can do, it does not */
        {"<!DOCTYPE a><a/>", "1:12: a DTD is not taken"},
        {"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "1:13: a DTD is not taken"},
        {"<!DOCTYPE a SYSTEM 'file:///etc/hostname'><a/>", "1:42: a DTD is not taken"},
        {"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><a>&x;</a>",
         "1:13: a DTD is not taken"},
        {"<!DOCTYPE a [<!ENTITY a0 'ha'><!ENTITY a1 '&a0;&a0;&a0;&a0;&a0;&a0;'>"
         "<!ENTITY a2 '&a1;&a1;&a1;&a1;&a1;&a1;'>]><a>&a2;</a>",
         "1:13: a DTD is not taken"},
        {"<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://127.0.0.1:1/x'>%p;]><a/>",
         "1:13: a DTD is not taken"},
    };
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    (void)state;
    check(rows, SG_ROWS(rows), (struct sg_xml_names){0});
    assert_string_equal(outcome(arena, SG_STR("<a>\0</a>"), (struct sg_xml_names){0}),
                        "1:4: a character that XML forbids");
    /* UTF-16 without a mark is UTF-8 with many NULs, and libxml2 would take it */
    assert_string_equal(outcome(arena, SG_STR("<\0a\0/\0>\0"), (struct sg_xml_names){0}),
                        "1:2: a character that XML forbids");
}

/* `start`, `count` times `repeated`, `end`. */
static struct sg_str repeat(struct sg_arena *arena, const char *start, const char *repeated,
                            size_t count, const char *end)
{
    struct sg_buffer out = {.arena = arena};

    sg_buffer_add(&out, sg_str_of(start));
    for (size_t i = 0; i < count; i++)
        sg_buffer_add(&out, sg_str_of(repeated));
    sg_buffer_add(&out, sg_str_of(end));
    return sg_str_copy(arena, sg_buffer_text(&out));
}

static void what_is_too_big_ends_in_an_error(void **state)
{
    static const struct {
        const char *start, *repeated;
        size_t count;
        const char *end, *outcome;
    } rows[] = {
        {"", "<a>", 64, "", "1:193: the document ends inside an element"},
        {"", "<a>", 65, "", "1:195: elements go deeper than 64 levels"},
        {"", "<a>", 100000, "", "1:195: elements go deeper than 64 levels"},
        {"<a i='", "x", 1 << 24, "'/>", "1:16777224: an attribute is longer than 1 MB"},
        {"<a>\n<b", " i='1'", 257, "/></a>", "2:1: an element with more than 256 attributes"},
        {"<a", " xmlns:x='u'", 2000000, "/>", "1:1: an element with more than 256 attributes"},
        {"<!--><a b=' --><a", " i=''", 257, "/>", "1:16: an element with more than 256 attributes"},
        {"<a>", "<b/>", SG_TREE_NODES_MAX, "</a>",
         "1:4000002: too many elements and attributes in one document"},
        {"<a><![CDATA[", "<b c=''", 1, "", "1:20: not well-formed XML (libxml2's error 63)"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_str text =
            repeat(arena, rows[r].start, rows[r].repeated, rows[r].count, rows[r].end);
        const char *got = outcome(arena, text, (struct sg_xml_names){0});

        assert_string_equal(got, rows[r].outcome);
    }
}

/* A file in an element, as base64: its size is for the caller to limit. */
static void long_texts_and_many_attributes_in_all_are_taken(void **state)
{
    static const struct {
        const char *start, *repeated;
        size_t count;
        const char *end;
        size_t length; /* of the root's text, or how many members it has */
    } rows[] = {
        {"<a>", "0123456789abcdef", 1 << 20, "</a>", 1 << 24},
        {"<a><![CDATA[", "<b c='' d=''", 1 << 20, "]]></a>", 12 << 20},
        {"<a>", "<b i='=1' j=\"'2>\" k='3'/>", 300, "</a>", 1},
        {"<a><b ", " >====</b><b", 300, "/></a>", 1},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_str text =
            repeat(arena, rows[r].start, rows[r].repeated, rows[r].count, rows[r].end);
        const struct sg_node *node = NULL;
        struct sg_error err;
        bool is_read = sg_xml_read(arena, text, (struct sg_xml_names){0}, NULL, &node, &err);

        assert_true(is_read);
        assert_int_equal(node->kind == SG_NODE_TEXT ? node->text.length : node->count,
                         rows[r].length);
    }
}

static void a_tree_is_written_as_an_element(void **state)
{
    static const char *const rows[][2] = {
        {"\"\"", "<r/>"},
        {"\"x\"", "<r>x</r>"},
        {"{}", "<r/>"},
        {"{\"b\":\"1\",\"a\":2,\"c\":true}", "<r><b>1</b><a>2</a><c>true</c></r>"},
        {"{\"#text\":\"x\",\"@i\":\"1\"}", "<r i=\"1\">x</r>"},
        {"{\"@i\":\"1\",\"@j\":null,\"@k\":\"\",\"@l\":{\"x\":1}}", "<r i=\"1\" k=\"\" l=\"\"/>"},
        {"{\"a\":[\"1\",{\"b\":[]},[\"2\"]]}", "<r><a>1</a><a/><a>2</a></r>"},
        {"[\"1\",\"2\"]", "<r>1</r><r>2</r>"},
        /* escaped so that a reader gets the same */
        {"\"<a>&\\\"'\\n\\t\\r]]>\"", "<r>&lt;a&gt;&amp;\"'\n\t&#13;]]&gt;</r>"},
        {"{\"@i\":\"<a>&\\\"'\\n\\t\\r\"}", "<r i=\"&lt;a&gt;&amp;&quot;'&#10;&#9;&#13;\"/>"},
        /* what XML forbids */
        {"\"a\\u0000\\u0001b\\u001f\\uFFFE\\uFFFF\\uFFFDc\"", "<r>ab\uFFFDc</r>"},
        {"{\"a b\":1,\"1\":2,\"\":3,\"<x/>\":4,\"-\":5,\"\u00d7\":6}",
         "<r><a_b>1</a_b><_1>2</_1><_>3</_><_x__>4</_x__><_->5</_-><_>6</_></r>"},
        {"{\"@a=''\":1,\"p:x\":2,\"@xml:lang\":\"fa\"}",
         "<r a___=\"1\" xml:lang=\"fa\"><p_x>2</p_x></r>"},
        {"{\"\u0646\u0627\u0645\":1}", "<r><\u0646\u0627\u0645>1</\u0646\u0627\u0645></r>"},
        /* nil, and xsi only where it is used */
        {"null", "<r xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/>"},
        {"{\"a\":[null,{\"@xsi:type\":\"t\"}]}",
         "<r xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><a xsi:nil=\"true\"/>"
         "<a xsi:type=\"t\"/></r>"},
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        struct sg_buffer out = {.arena = arena};

        sg_xml_write(&out, SG_STR("r"), tree(arena, rows[r][0]), (struct sg_xml_names){0});
        assert_string_equal(sg_buffer_c(&out), rows[r][1]);
    }
}

static void namespaces_are_declared_once_at_the_root(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_buffer out = {.arena = arena};

    (void)state;
    sg_xml_write(&out, SG_STR("stuf:r"), tree(arena, "{\"@stuf:i\":1,\"a\":{\"q:b\":2,\"x:c\":3}}"),
                 NAMES);
    assert_string_equal(sg_buffer_c(&out),
                        "<stuf:r xmlns=\"urn:gam\" xmlns:stuf=\"urn:stuf\" xmlns:q=\"urn:a&amp;b\" "
                        "stuf:i=\"1\"><a><q:b>2</q:b><x_c>3</x_c></a></stuf:r>");
}

static void what_was_written_is_read_as_the_same_tree(void **state)
{
    static const char *const rows[] = {
        "{\"@i\":\" a\\n\\t\\r&<>'\\\" \",\"#text\":\" \\r\\nx \"}",
        "{\"a\":[\"1\",\"2\"],\"b\":null,\"c\":{\"@d\":\"1\",\"stuf:e\":\"\"}}",
        "{\"a\":\" \",\"#text\":\"x\"}",
        "\"]]>\"",
        "{\"stuf:a\":\"\",\"a\":\"\",\"q:a\":\"\"}",
    };

    (void)state;
    for (size_t r = 0; r < SG_ROWS(rows); r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_node *node = tree(arena, rows[r]), *again = NULL;
        struct sg_buffer out = {.arena = arena};
        struct sg_error err;

        sg_xml_write(&out, SG_STR("r"), node, NAMES);
        assert_true(sg_xml_read(arena, sg_buffer_text(&out), NAMES, NULL, &again, &err));
        assert_true(sg_node_equal(node, again));
    }
}

static void a_text_alone_may_stand_in_an_attribute(void **state)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    struct sg_buffer out = {.arena = arena};

    (void)state;
    sg_xml_write_text(&out, SG_STR("a\"<&>\n\x01"));
    assert_string_equal(sg_buffer_c(&out), "a&quot;&lt;&amp;&gt;&#10;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_are_members_attributes_and_texts),
        cmocka_unit_test(declared_prefixes_stay_and_others_go),
        cmocka_unit_test(what_is_not_well_formed_is_refused_at_its_place),
        cmocka_unit_test(what_is_too_big_ends_in_an_error),
        cmocka_unit_test(long_texts_and_many_attributes_in_all_are_taken),
        cmocka_unit_test(a_tree_is_written_as_an_element),
        cmocka_unit_test(namespaces_are_declared_once_at_the_root),
        cmocka_unit_test(what_was_written_is_read_as_the_same_tree),
        cmocka_unit_test(a_text_alone_may_stand_in_an_attribute),
    };

    sg_xml_init();
    return cmocka_run_group_tests_name("xml", tests, NULL, NULL);
}
