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

#define MEMBERS(words) (words), sizeof(words) / sizeof((words)[0])

const struct sg_str *sg_scope_members(enum sg_scope scope, size_t *count)
{
    static const struct sg_str event[] = {
        SG_STR_INIT("key"),      SG_STR_INIT("id"),   SG_STR_INIT("version"),  SG_STR_INIT("round"),
        SG_STR_INIT("captured"), SG_STR_INIT("late"), SG_STR_INIT("reference")};
    static const struct sg_str delivery[] = {SG_STR_INIT("key")};
    static const struct sg_str now[] = {SG_STR_INIT("time")};
    static const struct sg_str cursor[] = {SG_STR_INIT("time"), SG_STR_INIT("number"),
                                           SG_STR_INIT("token")};
    static const struct sg_str page[] = {SG_STR_INIT("number"), SG_STR_INIT("offset"),
                                         SG_STR_INIT("row"),    SG_STR_INIT("last"),
                                         SG_STR_INIT("size"),   SG_STR_INIT("token")};
    static const struct sg_str error[] = {SG_STR_INIT("text")};
    static const struct sg_str message[] = {SG_STR_INIT("key"), SG_STR_INIT("topic"),
                                            SG_STR_INIT("time")};
    static const struct {
        const struct sg_str *words;
        size_t count;
    } all[SG_SCOPE_COUNT] = {
        [SG_SCOPE_EVENT] = {MEMBERS(event)},     [SG_SCOPE_DELIVERY] = {MEMBERS(delivery)},
        [SG_SCOPE_NOW] = {MEMBERS(now)},         [SG_SCOPE_CURSOR] = {MEMBERS(cursor)},
        [SG_SCOPE_PAGE] = {MEMBERS(page)},       [SG_SCOPE_ERROR] = {MEMBERS(error)},
        [SG_SCOPE_MESSAGE] = {MEMBERS(message)},
    };

    *count = all[scope].count;
    return all[scope].words;
}
