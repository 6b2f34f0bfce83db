#include "tree/html.h"

#include "base/scope.h"
#include "unit.h"

static void check(const char *const (*rows)[2], size_t count)
{
    for (size_t r = 0; r < count; r++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const struct sg_str text = sg_html_text(arena, unit_text(arena, rows[r][0]));
        char *said = sg_arena_get(arena, text.length + 1, 1);

        if (text.length > 0)
            memcpy(said, text.at, text.length);
        assert_string_equal(said, rows[r][1]);
    }
}

static void a_break_and_a_paragraph_are_line_ends(void **state)
{
    static const char *const rows[][2] = {
        {"سلام<br>خیابان امام", "سلام\nخیابان امام"},
        {"a<BR/>b<br class='x'>c", "a\nb\nc"},
        {"a<br><br>b", "a\n\nb"},
        {"<p>الف</p><p>ب</p>", "الف\nب"},
        {"<p>a<br></p>\n<p dir=\"rtl\">b</p>\n", "a\nb"},
        {"a<br><br><p>b", "a\n\nb"},
        {"<br>a<br>", "a"},
        {"<p></p>", ""},
        {"a<p>b", "a\nb"},
        {"<div>a</div><div>b</div><ul><li>c<li>d</ul>", "a\nb\nc\nd"},
        {"<h2>a</h2>b<table><tr><td>c</td><td>d</td></tr><tr><th>e</th></tr></table>",
         "a\nb\nc d\ne"},
        {"<pre>a</pre>b<param>c", "abc"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void white_space_is_one_space_and_none_beside_line_ends(void **state)
{
    static const char *const rows[][2] = {
        {" a \r\n\t b\f", "a b"},
        {"a <br> b", "a\nb"},
        {"a <b> b </b> c", "a b c"},
        {"a&#10;b&#32;", "a b"},
        {"a\xC2\xA0 b", "a\xC2\xA0 b"},
        {"", ""},
        {"  ", ""},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void other_tags_are_dropped_and_what_begins_none_is_text(void **state)
{
    static const char *const rows[][2] = {
        {"a <b>b</b><i/>c", "a bc"},
        {"<a href=\"/x?a>b\" title='>'>c</a>d", "cd"},
        {"<a title=\">b</a>c", "bc"},
        {"<a b'c>d", "d"},
        {"<a title = \"x>y\">z", "z"},
        {"3 < 4 و 5 > 2", "3 < 4 و 5 > 2"},
        {"a<b", "a<b"},
        {"<b>a<c", "a<c"},
        {"a<", "a<"},
        {"a</", "a</"},
        {"a<3>", "a<3>"},
        {"a<!-- <b> -- > -->b", "ab"},
        {"a<!-->b", "ab"},
        {"a<!-- b", "a"},
        {"<!DOCTYPE html>a<?x y?>b</ c>d", "abd"},
        {"a<script>if (a<b) x('</b>')</SCRIPT >b<style>p{}</style>c", "abc"},
        {"a<script>b", "a"},
        {"<scripted>a</scripted>", "a"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

static void references_are_characters_where_they_are_whole(void **state)
{
    static const char *const rows[][2] = {
        {"&lt;b&gt; &amp;amp; &quot;&apos;", "<b> &amp; \"'"},
        {"می&zwnj;شود&nbsp;&laquo;ب&raquo;", "می\xE2\x80\x8Cشود\xC2\xA0«ب»"},
        {"&#1740;&#x6CC;&#X6cc;", "ییی"},
        {"&#146;&#128;&#129;", "’€\xC2\x81"},
        {"&#0;&#xD800;&#1114112;&#99999999999999999999;", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
                                                          "\xEF\xBF\xBD"},
        {"&#x10FFFF;", "\xF4\x8F\xBF\xBF"},
        {"a & b &; &# &#; &#x; &#1a; &nix; &amp &ampersands;", "a & b &; &# &#; &#x; &#1a; &nix; "
                                                               "&amp &ampersands;"},
        {"&LT; &Eacute;&eacute;", "&LT; Éé"},
        {"&", "&"},
        {"a&#65", "a&#65"},
    };

    (void)state;
    check(rows, SG_ROWS(rows));
}

/* A time that grows with the square of the length would be hours here. */
static void a_long_text_that_is_never_closed_is_read_once(void **state)
{
    static const char *const pieces[] = {"<a =\"", "<a ='><b =\">", "<!-", "<script", "&#", "</"};
    enum { BYTES = 1 << 20 };

    (void)state;
    for (size_t p = 0; p < SG_ROWS(pieces); p++) {
        struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
        const size_t length = strlen(pieces[p]);
        char *html = sg_arena_get(arena, BYTES, 1);

        for (size_t i = 0; i < BYTES; i++)
            html[i] = pieces[p][i % length];
        assert_true(sg_html_text(arena, (struct sg_str){html, BYTES}).length <= BYTES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_break_and_a_paragraph_are_line_ends),
        cmocka_unit_test(white_space_is_one_space_and_none_beside_line_ends),
        cmocka_unit_test(other_tags_are_dropped_and_what_begins_none_is_text),
        cmocka_unit_test(references_are_characters_where_they_are_whole),
        cmocka_unit_test(a_long_text_that_is_never_closed_is_read_once),
    };
    return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
