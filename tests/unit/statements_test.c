/* How SQLite finds the rows of every statement of the state. */
#include "journal/statements.h"

#include "plans_unit.h"

#define DELIVERY_BY_ID "SEARCH delivery USING INTEGER PRIMARY KEY (rowid=?)"
#define EVENT_BY_SEQ   "SEARCH event USING INTEGER PRIMARY KEY (rowid=?)"
#define IN_LANE        "SEARCH delivery USING INDEX delivery_lane (lane=?)"
#define OF_EVENT       "SEARCH delivery USING INDEX delivery_event (event=?)"
#define HEAD           "SEARCH head USING PRIMARY KEY (system=? AND record=? AND record_id=?)"
#define ALARM          "SEARCH alarm USING PRIMARY KEY (name=? AND system=?)"
#define COMMAND        "SEARCH command USING PRIMARY KEY (id=?)"
#define PAUSE_BY_ID    "SEARCH pause USING INTEGER PRIMARY KEY (rowid=?)"

static const char *const PLANS[SG_SQL_STATE_COUNT] = {
    /* the constant row is no table; each max() is one step to the end of its key */
    [SG_SQL_NEXT_NUMBERS] =
        "SCAN CONSTANT ROW" AND "SCALAR SUBQUERY 1" AND "SEARCH event" AND "SCALAR SUBQUERY 2" AND
        "SEARCH delivery" AND "SCALAR SUBQUERY 4" AND DELIVERY_BY_ID AND "SCALAR SUBQUERY 3" AND
        "SEARCH delivery",

    [SG_SQL_HEAD_FIND] = HEAD,
    [SG_SQL_HEAD_MOVE] = NOTHING_IS_READ,
    [SG_SQL_EVENT_FIND] =
        "SEARCH e USING INDEX event_record (record_id=? AND version=?)" AND
        "CORRELATED SCALAR SUBQUERY 1" AND "SEARCH d USING INDEX delivery_event (event=?)",
    [SG_SQL_VERSION_FIND] = "COMPOUND QUERY" AND "LEFT-MOST SUBQUERY" AND HEAD AND "UNION ALL" AND
                            "SEARCH event USING INDEX event_record (record_id=? AND version=?)",
    [SG_SQL_EVENT_ADD] = NOTHING_IS_READ,
    [SG_SQL_ROUNDS] = "SEARCH round USING PRIMARY KEY (ticket=?)",
    [SG_SQL_ROUND_ADD] = NOTHING_IS_READ,
    [SG_SQL_LINK_FIND] = "SEARCH link USING PRIMARY KEY (system=? AND foreign_id=?)",
    [SG_SQL_LANE_IS_OPEN] = IN_LANE,
    [SG_SQL_DELIVERY_ADD] = NOTHING_IS_READ,
    [SG_SQL_TOTAL_ADD] = NOTHING_IS_READ,

    [SG_SQL_LANE_FIRST] = IN_LANE, /* and in its order: nothing is sorted */
    [SG_SQL_LANE_HOLDER] = IN_LANE,
    [SG_SQL_SET_DUE] = DELIVERY_BY_ID,
    [SG_SQL_SET_HELD] = DELIVERY_BY_ID,
    [SG_SQL_PUT_OFF] = DELIVERY_BY_ID,
    [SG_SQL_LANE_OF] = DELIVERY_BY_ID,
    [SG_SQL_WAIT_EXPIRED] = "SEARCH d USING INDEX delivery_deadline (wait_until<?)" AND
                            "SEARCH e USING INTEGER PRIMARY KEY (rowid=?)",
    [SG_SQL_WAIT_END] = DELIVERY_BY_ID,
    [SG_SQL_WAIT_LANES] =
        "SEARCH delivery USING INDEX delivery_wait (wait_key=?)" AND "USE TEMP B-TREE FOR DISTINCT",
    [SG_SQL_WAIT_EVENTS] =
        "SEARCH delivery USING INDEX delivery_wait (wait_key=?)" AND "USE TEMP B-TREE FOR DISTINCT",
    [SG_SQL_WAIT_MOVE] = "SEARCH delivery USING INDEX delivery_wait (wait_key=?)",
    [SG_SQL_EVENT_MOVE] = EVENT_BY_SEQ,

    [SG_SQL_RECOVER_FAILED] = "SEARCH delivery USING INDEX delivery_open (state=?)",
    [SG_SQL_RECOVER] = "SEARCH delivery USING INDEX delivery_open (state=?)",
    [SG_SQL_DUE] = "SEARCH delivery USING COVERING INDEX delivery_due (target=? AND next_at<?)",
    [SG_SQL_TAKE] =
        "SEARCH d USING INTEGER PRIMARY KEY (rowid=?)" AND
        "SEARCH e USING INTEGER PRIMARY KEY (rowid=?)" AND "CORRELATED SCALAR SUBQUERY 1" AND
        "SEARCH f USING INDEX delivery_lane (lane=?)" AND "CORRELATED SCALAR SUBQUERY 2" AND
        "SEARCH u USING INDEX delivery_lane (lane=?)" AND "CORRELATED SCALAR SUBQUERY 3" AND
        "SEARCH t USING PRIMARY KEY (name=?)" AND "CORRELATED SCALAR SUBQUERY 4" AND
        "SEARCH c USING COVERING INDEX delivery_calls (ticket=? AND first_at>?)" AND
        "CORRELATED SCALAR SUBQUERY 5" AND "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)" AND
        "CORRELATED SCALAR SUBQUERY 6" AND
        "SEARCH h USING PRIMARY KEY (system=? AND record=? AND record_id=?)",
    [SG_SQL_LINKS] = "COMPOUND QUERY" AND "LEFT-MOST SUBQUERY" AND
                     "SEARCH link USING COVERING INDEX link_ticket (ticket=? AND round=?)" AND
                     "UNION ALL" AND "SEARCH round USING PRIMARY KEY (ticket=?)",
    [SG_SQL_SHADOW_FIND] = "SEARCH shadow USING PRIMARY KEY"
                           " (ticket=? AND system=? AND round=? AND operation=?)",
    [SG_SQL_NEXT_TARGET] = "SEARCH delivery USING COVERING INDEX delivery_due (target>?)",
    [SG_SQL_NEXT_DUE] =
        "SEARCH delivery USING COVERING INDEX delivery_due (target=? AND next_at>?)",
    [SG_SQL_NEXT_DEADLINE] =
        "SEARCH delivery USING COVERING INDEX delivery_deadline (wait_until>?)",
    [SG_SQL_INTEND] = DELIVERY_BY_ID,
    [SG_SQL_ORPHANS] = "SEARCH delivery USING COVERING INDEX delivery_open"
                       " (state=? AND (target,mapping)>(?,?))",

    [SG_SQL_DELIVERY_FIND] = "SEARCH d USING INTEGER PRIMARY KEY (rowid=?)" AND
                             "SEARCH e USING INTEGER PRIMARY KEY (rowid=?)",
    [SG_SQL_DELIVERY_END] = DELIVERY_BY_ID AND "CORRELATED SCALAR SUBQUERY 1" AND
                                               "SEARCH target USING PRIMARY KEY (name=?)",
    [SG_SQL_LINK_OF_ROUND] =
        "SEARCH link USING COVERING INDEX link_ticket (ticket=? AND round=? AND system=?)",
    [SG_SQL_DELIVERY_DONE] = DELIVERY_BY_ID,
    [SG_SQL_REQUEST_SET] = NOTHING_IS_READ,
    [SG_SQL_REQUEST_END] = "SEARCH request USING INTEGER PRIMARY KEY (rowid=?)",
    [SG_SQL_LINK_ADD] = NOTHING_IS_READ,
    [SG_SQL_TARGET_DELIVERED] = NOTHING_IS_READ,
    [SG_SQL_SHADOW_SET] = NOTHING_IS_READ,
    [SG_SQL_SHADOWS_CLEAR] = "SEARCH shadow USING PRIMARY KEY (ticket=? AND system=?)",
    [SG_SQL_OWN_ADD] = HEAD,
    [SG_SQL_OWN_NEW] = NOTHING_IS_READ,

    [SG_SQL_CURSOR_FIND] = "SEARCH cursor USING PRIMARY KEY (system=? AND record=?)",
    [SG_SQL_CURSOR_SET] = NOTHING_IS_READ,
    [SG_SQL_ALARM_FIND] = ALARM,
    [SG_SQL_ALARM_SET] = NOTHING_IS_READ,
    [SG_SQL_ALARM_END] = ALARM,
    [SG_SQL_CONTACT_SET] = NOTHING_IS_READ,
    [SG_SQL_FACT_SET] = NOTHING_IS_READ,

    /* each of them one step to the end of its key */
    [SG_SQL_VERSION_NOTE] = "SCAN CONSTANT ROW" AND "SCALAR SUBQUERY 2" AND
                            "SEARCH version USING PRIMARY KEY (mapping=?)" AND
                            "SCALAR SUBQUERY 1" AND "SEARCH version USING PRIMARY KEY (mapping=?)",

    [SG_SQL_WAKE] =
        "SEARCH delivery USING INDEX delivery_due (target=? AND next_at>? AND next_at<?)",

    [SG_SQL_OUTLINES] = "SCAN outline", /* all of them, when mappings come into force */
    [SG_SQL_OUTLINE_SET] = NOTHING_IS_READ,
    [SG_SQL_DRIFTS] = "SCAN drift", /* the same */
    [SG_SQL_DRIFT_SET] = NOTHING_IS_READ,
    [SG_SQL_DRIFT_END] = "SEARCH drift USING PRIMARY KEY"
                         " (system=? AND record=? AND kind=? AND pointer=? AND shows=?)",

    [SG_SQL_COMMAND_FIND] = COMMAND,
    [SG_SQL_COMMAND_ADD] = NOTHING_IS_READ,
    [SG_SQL_ACT_ADD] = NOTHING_IS_READ,
    [SG_SQL_ACT_FIND] = "SEARCH act USING PRIMARY KEY (delivery=? AND command=?)",
    [SG_SQL_ACT_LAST] = "SEARCH a USING PRIMARY KEY (delivery=?)" AND
                        "SEARCH c USING PRIMARY KEY (id=?)" AND "USE TEMP B-TREE FOR ORDER BY",
    [SG_SQL_COMMANDED] = "SEARCH d USING INTEGER PRIMARY KEY (rowid=?)" AND
                         "SEARCH e USING INTEGER PRIMARY KEY (rowid=?)",
    [SG_SQL_NEWER_DELIVERED] =
        "SEARCH delivery USING INDEX delivery_calls (ticket=? AND first_at>?)",
    [SG_SQL_REPLAY] = DELIVERY_BY_ID,
    [SG_SQL_RUN_LAST] = OF_EVENT,
    [SG_SQL_RUN_ADD] = NOTHING_IS_READ,
    [SG_SQL_LANE_REST] = "SEARCH delivery USING INDEX delivery_lane (lane=? AND (seq,step)>(?,?))",
    [SG_SQL_SENT_EVENT] = EVENT_BY_SEQ,

    [SG_SQL_ORPHANED] = "SEARCH delivery USING COVERING INDEX delivery_open"
                        " (state=? AND target=? AND mapping=? AND ended_at=?)",
    [SG_SQL_ACTS_COUNT] = "SEARCH act USING COVERING INDEX act_command (command=?)",

    [SG_SQL_PAUSES] = "SCAN pause", /* all of the few that there are */
    [SG_SQL_PAUSE_ADD] = NOTHING_IS_READ,
    [SG_SQL_PAUSE_CHANGE] = PAUSE_BY_ID,
    [SG_SQL_PAUSE_END] = PAUSE_BY_ID,
    [SG_SQL_PAUSE_DELETE] = PAUSE_BY_ID,
    [SG_SQL_LET_GO] = DELIVERY_BY_ID AND
    "LIST SUBQUERY 1" AND
    "SEARCH delivery USING COVERING INDEX delivery_due (target=? AND next_at=?)",

    /* in the order of the index: what is passed over are the newest event's rows alone */
    [SG_SQL_SWEEP_FIND] =
        "SEARCH delivery USING INDEX delivery_ended (phase=? AND ended_at>? AND ended_at<?)" AND
        "SCALAR SUBQUERY 1" AND "SEARCH delivery" AND "SCALAR SUBQUERY 2" AND "SEARCH event",
    [SG_SQL_SWEEP_PHASE] = DELIVERY_BY_ID,
    [SG_SQL_SWEEP_SIBLINGS] = OF_EVENT,
    [SG_SQL_EVENT_BLANK] = EVENT_BY_SEQ,
    [SG_SQL_SWEEP_SUMS] = "SEARCH e USING INTEGER PRIMARY KEY (rowid=?)" AND
                          "SEARCH d USING INDEX delivery_event (event=?)",
    [SG_SQL_ACTS_DELETE] = "SEARCH act USING PRIMARY KEY (delivery=?)" AND "LIST SUBQUERY 1" AND
                           "SEARCH delivery USING COVERING INDEX delivery_event (event=?)",
    [SG_SQL_COMMANDS_DELETE] = "SEARCH command USING COVERING INDEX command_done (done_at<?)",
    [SG_SQL_DELIVERIES_DELETE] = OF_EVENT,
    [SG_SQL_EVENT_DELETE] = EVENT_BY_SEQ,
};

static void every_statement_finds_its_rows_by_the_index_meant_for_it(void **state)
{
    assert_plans(*state, SG_STATE_STATEMENTS, PLANS, SG_SQL_STATE_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_statement_finds_its_rows_by_the_index_meant_for_it),
    };
    return cmocka_run_group_tests_name("statements", tests, unit_journal_open, unit_journal_close);
}
