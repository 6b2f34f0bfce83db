#include "connectors/rest.h"

#include "tree/form.h"
#include "tree/json.h"

static bool write_xml(struct sg_buffer *out, const struct sg_system *system, struct sg_str root,
                      const struct sg_node *content, struct sg_error *err)
{
    static const struct sg_node empty = {.kind = SG_NODE_TEXT};

    if (content != NULL && content->kind == SG_NODE_LIST && content->count != 1)
        return sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){0},
                            "an XML body has one root; its content is a list of %zu",
                            content->count);
    sg_buffer_add_format(out, "<?xml version=\"1.0\" encoding=\"%s\"?>",
                         sg_charset_name(system->charset));
    sg_xml_write(out, root, content == NULL ? &empty : content, system->names);
    return true;
}

bool sg_rest_write(struct sg_buffer *out, const struct sg_system *system,
                   const struct sg_request *request, const struct sg_node *content,
                   struct sg_error *err)
{
    if (request->body == SG_BODY_XML)
        return write_xml(out, system, request->element, content, err);
    if (request->body == SG_BODY_FORM)
        return sg_form_write(out, content, system->charset, err);
    sg_json_write(out, content);
    return true;
}

struct sg_str sg_rest_content_type(const struct sg_system *system, struct sg_arena *arena,
                                   enum sg_body body)
{
    const char *type = body == SG_BODY_XML    ? "application/xml"
                       : body == SG_BODY_FORM ? "application/x-www-form-urlencoded"
                                              : "application/json";

    if (body != SG_BODY_XML && system->charset == NULL)
        return sg_str_of(type); /* of these, UTF-8 is a matter of course */
    return sg_str_format(arena, "%s; charset=%s", type, sg_charset_name(system->charset));
}
