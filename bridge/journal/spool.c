#include "journal/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "base/buffer.h"
#include "base/file.h"

enum { FILE_MAX = 64 * 1024, ID_MAX = 200, FOLDER_MODE = 0770, FILE_MODE = 0640 };

/* One a day: slower is nobody's wish, and sums of these stay far from the end of the numbers. */
static const int64_t SPACING_US_MAX = INT64_C(86400000000);

const char *sg_spool_folder(struct sg_arena *arena, const char *dir)
{
    return sg_str_c(arena, sg_str_format(arena, "%s/spool", dir));
}

bool sg_spool_make(const char *dir, struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const char *folder = sg_spool_folder(arena, dir);

    return mkdir(folder, FOLDER_MODE) == 0 || errno == EEXIST ||
           sg_error_errno(err, (struct sg_place){.file = "spool"}, "cannot be made");
}

/* --- command to JSON --- */

/* `*wrong` becomes the name of a text that is not in UTF-8, which JSON cannot hold. */
static void set_text(json_t *object, const char *name, struct sg_str text, const char **wrong)
{
    if (text.length == 0)
        return;
    json_t *value = json_stringn(text.at, text.length);
    if (value == NULL)
        *wrong = name;
    else
        (void)json_object_set_new(object, name, value);
}

static void set_number(json_t *object, const char *name, int64_t number)
{
    if (number != 0)
        (void)json_object_set_new(object, name, json_integer(number));
}

static void set_flag(json_t *object, const char *name, bool flag)
{
    if (flag)
        (void)json_object_set_new(object, name, json_true());
}

static json_t *json_of(const struct sg_command *command, const char **wrong)
{
    json_t *out = json_object();

    set_text(out, "do", sg_str_of(sg_command_kind_name(command->kind)), wrong);
    set_text(out, "who", command->who, wrong);
    set_number(out, "at", command->at);
    set_text(out, "why", command->why, wrong);
    if (command->count > 0) {
        json_t *deliveries = json_array();
        for (size_t d = 0; d < command->count; d++)
            (void)json_array_append_new(deliveries, json_integer(command->deliveries[d]));
        (void)json_object_set_new(out, "deliveries", deliveries);
    }
    set_flag(out, "again", command->again);
    set_flag(out, "old", command->old);
    set_number(out, "spacing_us", command->spacing_us);
    set_text(out, "after", command->after, wrong);
    set_text(out, "mapping", command->mapping, wrong);
    set_flag(out, "with_rest", command->with_rest);
    set_flag(out, "was_done", command->was_done);
    set_flag(out, "drop", command->drop);
    set_text(out, "foreign_id", command->foreign_id, wrong);
    if (command->name.length > 0)
        set_text(out, "scope", sg_str_of(sg_pause_scope_name(command->scope)), wrong);
    set_text(out, "name", command->name, wrong);
    set_number(out, "until", command->until);
    return out;
}

/* --- and back --- */

static bool fail(struct sg_error *err, const char *what)
{
    return sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){.file = "spool"},
                        "the file holds no command that this version knows: %s", what);
}

/* A command's file on its way in. */
struct reader {
    struct sg_arena *arena;
    const json_t *object;
    const char *wrong; /* the first member that is of another type */
};

static struct sg_str get_text(struct reader *in, const char *name)
{
    const json_t *value = json_object_get(in->object, name);

    if (value != NULL && !json_is_string(value))
        in->wrong = name;
    if (!json_is_string(value))
        return (struct sg_str){0};
    return sg_str_copy(in->arena,
                       (struct sg_str){json_string_value(value), json_string_length(value)});
}

static int64_t get_number(struct reader *in, const char *name)
{
    const json_t *value = json_object_get(in->object, name);

    if (value != NULL && (!json_is_integer(value) || json_integer_value(value) < 0))
        in->wrong = name;
    return in->wrong == NULL ? json_integer_value(value) : 0;
}

static bool get_flag(struct reader *in, const char *name)
{
    const json_t *value = json_object_get(in->object, name);

    if (value != NULL && !json_is_boolean(value))
        in->wrong = name;
    return json_is_true(value);
}

static void get_deliveries(struct reader *in, struct sg_command *out)
{
    const json_t *list = json_object_get(in->object, "deliveries");

    if (list == NULL)
        return;
    const size_t count = json_array_size(list);
    int64_t *deliveries = sg_arena_get(in->arena, count, sizeof *deliveries);

    if (!json_is_array(list) || count > SG_COMMAND_DELIVERIES_MAX)
        in->wrong = "deliveries";
    for (size_t d = 0; d < count && in->wrong == NULL; d++) {
        if (!json_is_integer(json_array_get(list, d)))
            in->wrong = "deliveries";
        deliveries[d] = json_integer_value(json_array_get(list, d));
    }
    out->deliveries = deliveries;
    out->count = count;
}

/* Which of `count` names the member has; a missing one is the first. */
static int get_name(struct reader *in, const char *member, int count, const char *(*name_of)(int))
{
    struct sg_str name = get_text(in, member);

    for (int n = 0; n < count; n++) {
        if (sg_str_is(name, name_of(n)))
            return n;
    }
    if (json_object_get(in->object, member) != NULL)
        in->wrong = member;
    return 0;
}

static const char *kind_name(int kind)
{
    return sg_command_kind_name((enum sg_command_kind)kind);
}

static const char *scope_name(int scope)
{
    return sg_pause_scope_name((enum sg_pause_scope)scope);
}

static bool read_command(struct reader *in, struct sg_command *out, struct sg_error *err)
{
    *out = (struct sg_command){
        .kind = (enum sg_command_kind)get_name(in, "do", SG_COMMAND_KINDS, kind_name),
        .who = get_text(in, "who"),
        .at = get_number(in, "at"),
        .why = get_text(in, "why"),
        .again = get_flag(in, "again"),
        .old = get_flag(in, "old"),
        .spacing_us = get_number(in, "spacing_us"),
        .after = get_text(in, "after"),
        .mapping = get_text(in, "mapping"),
        .with_rest = get_flag(in, "with_rest"),
        .was_done = get_flag(in, "was_done"),
        .drop = get_flag(in, "drop"),
        .foreign_id = get_text(in, "foreign_id"),
        .scope = (enum sg_pause_scope)get_name(in, "scope", SG_PAUSE_SCOPES, scope_name),
        .name = get_text(in, "name"),
        .until = get_number(in, "until"),
    };
    get_deliveries(in, out);
    if (out->spacing_us > SPACING_US_MAX)
        in->wrong = "spacing_us";
    if (in->wrong != NULL)
        return fail(err, in->wrong);
    return (json_object_get(in->object, "do") != NULL && out->who.length > 0) ||
           fail(err, "`do` and `who` are missing");
}

/* --- the files --- */

static const char *path_of(struct sg_arena *arena, const char *dir, struct sg_str id,
                           const char *suffix)
{
    return sg_str_c(arena, sg_str_format(arena, "%s/%.*s%s", sg_spool_folder(arena, dir),
                                         SG_STR_ARG(id), suffix));
}

/* `20260701T043000.123456-9f3a61c2`: sorts by time, and no two are the same. */
static struct sg_str new_id(struct sg_arena *arena)
{
    struct timespec now;
    struct tm utc;
    char text[32];
    uint32_t chance = 0;

    if (clock_gettime(CLOCK_REALTIME, &now) != 0 || gmtime_r(&now.tv_sec, &utc) == NULL ||
        getrandom(&chance, sizeof chance, 0) != (ssize_t)sizeof chance ||
        strftime(text, sizeof text, "%Y%m%dT%H%M%S", &utc) == 0)
        abort(); /* a machine without a clock or chance */
    return sg_str_format(arena, "%s.%06ld-%08x", text, now.tv_nsec / 1000, chance);
}

static bool write_all(int fd, struct sg_str text)
{
    while (text.length > 0) {
        ssize_t written = write(fd, text.at, text.length);
        if (written < 0)
            return false;
        text.at += written;
        text.length -= (size_t)written;
    }
    return fsync(fd) == 0;
}

/* What root writes is for the daemon's user to read. */
static bool give_to_owner(int fd, const char *folder)
{
    struct stat about;

    return geteuid() != 0 ||
           (stat(folder, &about) == 0 && fchown(fd, about.st_uid, about.st_gid) == 0);
}

static bool sync_folder(const char *folder)
{
    int fd SG_AUTO(sg_fd) = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd >= 0 && fsync(fd) == 0;
}

static bool put_file(struct sg_arena *arena, const char *dir, struct sg_str id, struct sg_str text)
{
    const char *folder = sg_spool_folder(arena, dir);
    const char *hidden = sg_str_c(arena, sg_str_format(arena, "%s/.%.*s", folder, SG_STR_ARG(id)));

    (void)unlink(hidden); /* left by a crash */
    int fd SG_AUTO(sg_fd) = open(hidden, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);

    if (fd < 0)
        return false;
    if (write_all(fd, text) && give_to_owner(fd, folder) &&
        rename(hidden, path_of(arena, dir, id, ".json")) == 0)
        return sync_folder(folder);
    const int why = errno;

    (void)unlink(hidden);
    errno = why;
    return false;
}

bool sg_spool_put(const char *dir, struct sg_str id, struct sg_str text, struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    return put_file(arena, dir, id, text) ||
           sg_error_errno(err, (struct sg_place){.file = "spool"}, "cannot be written to");
}

bool sg_spool_write(struct sg_arena *arena, const char *dir, struct sg_command *command,
                    struct sg_error *err)
{
    const char *wrong = NULL;
    json_t *json = json_of(command, &wrong);
    char *text = json_dumps(json, JSON_COMPACT);

    json_decref(json);
    if (text == NULL)
        abort(); /* without memory only */
    command->id = new_id(arena);
    const bool is_good =
        (wrong == NULL || sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){.file = "spool"},
                                       "`%s` is not in UTF-8", wrong)) &&
        sg_spool_make(dir, err) &&
        (put_file(arena, dir, command->id, sg_str_of(text)) ||
         sg_error_errno(err, (struct sg_place){.file = sg_spool_folder(arena, dir)},
                        "cannot be written to"));
    free(text);
    return is_good;
}

bool sg_spool_list(struct sg_arena *arena, const char *dir, const struct sg_str **ids,
                   size_t *count, struct sg_error *err)
{
    static const char suffix[] = ".json";
    const struct sg_str *names = NULL;

    if (!sg_file_list(arena, sg_spool_folder(arena, dir), suffix, &names, count, err))
        return false;
    struct sg_str *out = sg_arena_get(arena, *count, sizeof *out);
    for (size_t n = 0; n < *count; n++)
        out[n] = (struct sg_str){names[n].at, names[n].length - (sizeof suffix - 1)};
    *ids = out;
    return true;
}

bool sg_spool_get(struct sg_arena *arena, const char *dir, struct sg_str id, struct sg_str *text,
                  struct sg_error *err)
{
    return sg_file_read(arena, path_of(arena, dir, id, ".json"), FILE_MAX, text, err);
}

bool sg_spool_is_id(struct sg_str id)
{
    return id.length > 0 && id.length <= ID_MAX && id.at[0] != '.' &&
           memchr(id.at, '/', id.length) == NULL && memchr(id.at, '\0', id.length) == NULL;
}

bool sg_spool_has(const char *dir, struct sg_str id)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    return access(path_of(arena, dir, id, ".json"), F_OK) == 0 || errno != ENOENT;
}

bool sg_spool_read(struct sg_arena *arena, const char *dir, struct sg_str id,
                   struct sg_command *out, struct sg_error *err)
{
    struct sg_str text;
    json_error_t why;

    if (!sg_spool_get(arena, dir, id, &text, err))
        return false;
    json_t *json = json_loadb(text.at, text.length, JSON_REJECT_DUPLICATES, &why);
    struct reader in = {.arena = arena, .object = json};
    const bool is_good = json_is_object(json) ? read_command(&in, out, err)
                                              : fail(err, json == NULL ? why.text : "no object");

    json_decref(json);
    out->id = id;
    return is_good;
}

bool sg_spool_remove(const char *dir, struct sg_str id, struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    return unlink(path_of(arena, dir, id, ".json")) == 0 || errno == ENOENT ||
           sg_error_errno(err, (struct sg_place){.file = "spool"}, "cannot be written to");
}

bool sg_spool_put_aside(const char *dir, struct sg_str id, struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    return rename(path_of(arena, dir, id, ".json"), path_of(arena, dir, id, ".refused")) == 0 ||
           sg_error_errno(err, (struct sg_place){.file = "spool"}, "cannot be written to");
}
