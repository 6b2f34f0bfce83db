#include "connectors/rest.h"

#include "tree/form.h"
#include "tree/json.h"

bool sg_rest_write(struct sg_buffer *out, enum sg_body body, const struct sg_node *content,
                   struct sg_str *content_type, struct sg_error *err)
{
    if (body == SG_BODY_FORM) {
        *content_type = SG_STR("application/x-www-form-urlencoded");
        return sg_form_write(out, content, err);
    }
    *content_type = SG_STR("application/json");
    sg_json_write(out, content);
    return true;
}
