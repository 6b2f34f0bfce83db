#include "mapping/scope.h"

const char *sg_scope_name(enum sg_scope scope)
{
    static const char *const names[SG_SCOPE_COUNT] = {
        [SG_SCOPE_HAND] = "",
        [SG_SCOPE_RECORD] = "record",
        [SG_SCOPE_LINK] = "link",
        [SG_SCOPE_EVENT] = "event",
        [SG_SCOPE_DELIVERY] = "delivery",
        [SG_SCOPE_SESSION] = "session",
        [SG_SCOPE_NOW] = "now",
        [SG_SCOPE_CURSOR] = "cursor",
        [SG_SCOPE_PAGE] = "page",
        [SG_SCOPE_INPUT] = "input",
        [SG_SCOPE_HEADERS] = "headers",
        [SG_SCOPE_ERROR] = "error",
        [SG_SCOPE_MESSAGE] = "message",
    };

    return names[scope];
}
