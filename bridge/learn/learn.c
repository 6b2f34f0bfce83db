#include "learn/learn.h"

#include "learn/parts.h"
#include "tree/json.h"
#include "tree/utf8.h"
#include "tree/xml.h"

static char first_byte(struct sg_str text)
{
    static const char bom[] = "\xEF\xBB\xBF";

    if (sg_str_starts(text, bom))
        text = sg_str_skip(text, sizeof bom - 1);
    for (size_t i = 0; i < text.length; i++) {
        const char c = text.at[i];
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
            return c;
    }
    return '\0';
}

bool sg_learn_read(struct sg_arena *arena, const struct sg_learn_document *document,
                   struct sg_learn_tree *out, struct sg_error *err)
{
    const struct sg_place at = {.file = document->name};
    const struct sg_xml_names none = {0};
    size_t bad = 0;

    *out =
        (struct sg_learn_tree){.name = document->name, .is_xml = first_byte(document->text) == '<'};
    if (first_byte(document->text) == '\0')
        return sg_error_set(err, SG_ERROR_INPUT, at, "is empty; a captured record is expected");
    if (!sg_utf8_check(document->text, &bad))
        return sg_error_set(err, SG_ERROR_INPUT, at,
                            "is not in UTF-8, from its byte %zu on; convert it first", bad + 1);
    return out->is_xml ? sg_xml_read(arena, document->text, none, document->name, &out->root, err)
                       : sg_json_read(arena, document->text, document->name, &out->root, err);
}

void sg_learn_begin(struct sg_buffer *out, const char *schema, struct sg_str learned_from)
{
    sg_buffer_add_format(
        out,
        "# yaml-language-server: $schema=%s\n"
        "# Learned from %.*s. What it does not tell has the value \"?\", with what is asked\n"
        "# behind `# ?`: `sgbridge check` finds each until it is answered.\n",
        schema, SG_STR_ARG(learned_from));
}

bool sg_learn_system(struct sg_arena *arena, const struct sg_learn_system *from, struct sg_str *out,
                     struct sg_error *err)
{
    struct sg_learn_tree *trees = sg_arena_get(arena, from->count, sizeof *trees);

    for (size_t d = 0; d < from->count; d++) {
        if (!sg_learn_read(arena, &from->documents[d], &trees[d], err))
            return false;
        const struct sg_place at = {.file = trees[d].name};
        if (trees[d].is_xml != trees[0].is_xml)
            return sg_error_set(err, SG_ERROR_INPUT, at, "is %s, and the first file is not",
                                trees[d].is_xml ? "XML" : "JSON");
        if (from->count > 1 && sg_learn_is_wsdl(&trees[d]))
            return sg_error_set(err, SG_ERROR_INPUT, at, "is a WSDL, which is learned from alone");
    }
    return sg_learn_is_wsdl(&trees[0]) ? sg_learn_wsdl(arena, from, out, err)
                                       : sg_learn_records(arena, from, trees, out, err);
}
