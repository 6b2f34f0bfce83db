/* What waits for a mapping whose file was taken away fails, when somebody asks for that: each is an
 * act of who asked, so that it can be found, given up, or sent again once the file is back. */
#include "base/buffer.h"
#include "journal/tasks.h"

enum { AT_ONCE = 1000 }; /* deliveries in one transaction */

/* One target and mapping without a route, in one state. */
struct orphan {
    enum sg_delivery_state state;
    struct sg_str target, mapping;
};

static bool fail_one(struct sg_task *task, const struct sg_named *it, struct sg_error *err)
{
    struct sg_state *state = task->state;
    const struct sg_str reason =
        sg_str_format(state->arena, "its mapping %.*s was taken away", SG_STR_ARG(it->mapping));
    const struct sg_ending ending = {.delivery = it->id,
                                     .state = SG_DELIVERY_FAILED,
                                     .is_in_doubt = it->state == SG_DELIVERY_UNKNOWN,
                                     .reason = reason,
                                     .clears_shadows = true};

    if (it->wait_key.length > 0) /* and it still wants its link, should it be sent again */
        return SG_SQL_RUN(&state->sql, err, SG_SQL_WAIT_END, SG_V_NUMBER(it->id),
                          SG_V_TEXT(SG_STR("failed")), SG_V_NULL, SG_V_TEXT(reason),
                          SG_V_NUMBER(state->now_ms));
    return sg_state_end(state, &ending, err);
}

/* Numbers are read before anything is written; enough of them to see that there are more. */
static bool read_ids(struct sg_task *task, const struct orphan *orphan, struct sg_buffer *ids,
                     struct sg_error *err)
{
    struct sg_sql *sql = &task->state->sql;
    sqlite3_stmt *row = SG_SQL_BIND(sql, SG_SQL_ORPHANED,
                                    SG_V_TEXT(sg_str_of(sg_delivery_state_name(orphan->state))),
                                    SG_V_TEXT(orphan->target), SG_V_TEXT(orphan->mapping),
                                    SG_V_NUMBER((int64_t)task->state->taken_count + AT_ONCE + 1));
    bool is_there = true;

    while (is_there) {
        if (!sg_sql_row(sql, row, &is_there, err))
            return false;
        const int64_t id = is_there ? sg_sql_number(row, 0) : 0;
        if (is_there)
            sg_buffer_add(ids, (struct sg_str){(const char *)&id, sizeof id});
    }
    return true;
}

static bool fail_all(struct sg_task *task, const struct orphan *orphan, bool *is_left,
                     struct sg_error *err)
{
    struct sg_buffer ids = {.arena = task->state->arena};

    if (!read_ids(task, orphan, &ids, err))
        return false;
    const struct sg_str all = sg_buffer_text(&ids);
    for (size_t at = 0; at < all.length; at += sizeof(int64_t)) {
        struct sg_named it;
        bool is_there = false;
        int64_t id;

        memcpy(&id, all.at + at, sizeof id);
        if (task->done == AT_ONCE || sg_state_find_taken(task->state, id) != NULL) {
            *is_left = true;
            continue;
        }
        if (!sg_task_find(task, id, &it, &is_there, err) || !fail_one(task, &it, err) ||
            !sg_task_keep_act(task, &it, SG_STR(""), err))
            return false;
    }
    return true;
}

/* The next target and mapping of this state in the index of what is open. */
static bool find_next(struct sg_task *task, struct orphan *orphan, bool *is_there,
                      struct sg_error *err)
{
    struct sg_sql *sql = &task->state->sql;
    sqlite3_stmt *row = SG_SQL_BIND(sql, SG_SQL_ORPHANS,
                                    SG_V_TEXT(sg_str_of(sg_delivery_state_name(orphan->state))),
                                    SG_V_TEXT(orphan->target), SG_V_TEXT(orphan->mapping));

    if (!sg_sql_row(sql, row, is_there, err) || !*is_there)
        return !*is_there;
    orphan->target = sg_str_copy(task->state->arena, sg_sql_text(row, 0));
    orphan->mapping = sg_str_copy(task->state->arena, sg_sql_text(row, 1));
    sg_sql_done(row);
    return true;
}

static bool drop_state(struct sg_task *task, enum sg_delivery_state state, bool *is_left,
                       struct sg_error *err)
{
    struct orphan orphan = {state, SG_STR(""), SG_STR("")};
    bool is_there = true;

    while (is_there) {
        if (!find_next(task, &orphan, &is_there, err))
            return false;
        if (is_there && orphan.mapping.length > 0 &&
            sg_state_find_route(task->state, orphan.mapping) == NULL &&
            !fail_all(task, &orphan, is_left, err))
            return false;
    }
    return true;
}

/* How many this command has failed, in all its transactions. */
static bool tell(struct sg_task *task, struct sg_error *err)
{
    sqlite3_stmt *row =
        SG_SQL_BIND(&task->state->sql, SG_SQL_ACTS_COUNT, SG_V_TEXT(task->command->id));
    bool is_there = false;

    if (!sg_sql_row(&task->state->sql, row, &is_there, err))
        return false;
    const int64_t count = sg_sql_number(row, 0);
    sg_sql_done(row);
    if (count > 0)
        task->said = sg_str_format(task->state->arena,
                                   "failed, for their mapping was taken away: %lld; see "
                                   "sgbridge failed --by mapping",
                                   (long long)count);
    task->done = 1; /* the reload */
    return true;
}

bool sg_drop(struct sg_task *task, bool *is_left, struct sg_error *err)
{
    return drop_state(task, SG_DELIVERY_PENDING, is_left, err) &&
           drop_state(task, SG_DELIVERY_UNKNOWN, is_left, err) && (*is_left || tell(task, err));
}
