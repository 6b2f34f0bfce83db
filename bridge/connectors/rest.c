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
    sg_buffer_add(out, SG_STR("<?xml version=\"1.0\" encoding=\"utf-8\"?>"));
    sg_xml_write(out, root, content == NULL ? &empty : content, system->names);
    return true;
}

bool sg_rest_write(struct sg_buffer *out, const struct sg_system *system,
                   const struct sg_request *request, const struct sg_node *content,
                   struct sg_str *content_type, struct sg_error *err)
{
    if (request->body == SG_BODY_XML) {
        *content_type = SG_STR("application/xml; charset=utf-8");
        return write_xml(out, system, request->element, content, err);
    }
    if (request->body == SG_BODY_FORM) {
        *content_type = SG_STR("application/x-www-form-urlencoded");
        return sg_form_write(out, content, err);
    }
    *content_type = SG_STR("application/json");
    sg_json_write(out, content);
    return true;
}
