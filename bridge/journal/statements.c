#include "journal/statements.h"

#include "journal/schema.h"

#define OPEN SG_SCHEMA_OPEN

const char *const SG_STATE_STATEMENTS[SG_SQL_STATE_COUNT] = {
    [SG_SQL_NEXT_NUMBERS] = "SELECT (SELECT max(seq) FROM event), (SELECT max(id) FROM delivery),"
                            " (SELECT seq FROM delivery WHERE id = (SELECT max(id) FROM delivery))",

    [SG_SQL_HEAD_FIND] = "SELECT version, version_kind, version_value, sha256, shape FROM head"
                         " WHERE system = ?1 AND record = ?2 AND record_id = ?3",
    [SG_SQL_HEAD_MOVE] =
        "INSERT INTO head(system, record, record_id, version, version_kind, version_value,"
        "  sha256, shape) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        " ON CONFLICT DO UPDATE SET version = ?4, version_kind = ?5, version_value = ?6,"
        "  sha256 = ?7, shape = ?8",
    [SG_SQL_EVENT_FIND] =
        "SELECT 1 FROM event e WHERE is_version_declared AND record_id = ?3 AND version = ?4"
        " AND system = ?1 AND record = ?2 AND sha256 = ?5 AND NOT EXISTS("
        "  SELECT 1 FROM delivery d WHERE d.event = e.seq AND d.lane = '!' || e.seq) LIMIT 1",
    [SG_SQL_VERSION_FIND] =
        "SELECT 1 FROM head"
        " WHERE system = ?1 AND record = ?2 AND record_id = ?3 AND version = ?4"
        " UNION ALL"
        " SELECT 1 FROM event WHERE is_version_declared AND record_id = ?3 AND version = ?4"
        " AND system = ?1 AND record = ?2 LIMIT 1",
    [SG_SQL_EVENT_ADD] =
        "INSERT INTO event(seq, system, record, record_id, version, is_version_declared,"
        "  version_kind, version_value, key, is_key_linked, wait_ms, skips_after_wait, ticket,"
        "  round, round_value, is_own, captured_at, sha256, size, shape, shape_before, body)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
        "  ?18, ?19, ?20, ?21, ?22)",
    [SG_SQL_ROUNDS] = "SELECT number, value FROM round WHERE ticket = ?1 ORDER BY number DESC",
    [SG_SQL_ROUND_ADD] = "INSERT INTO round(ticket, number, value, system) VALUES(?1, ?2, ?3, ?4)",
    [SG_SQL_LINK_FIND] = "SELECT ticket, round FROM link WHERE system = ?1 AND foreign_id = ?2",
    [SG_SQL_LANE_IS_OPEN] = "SELECT 1 FROM delivery WHERE lane = ?1 AND " OPEN " LIMIT 1",
    [SG_SQL_DELIVERY_ADD] =
        "INSERT INTO delivery(id, event, seq, step, lane, target, ticket, round, mapping,"
        "  map_hash, state, next_at, wait_key, wait_until, taken_at, day, ended_at, reason,"
        "  place_file, place_line, place_column, failed_at)"
        " VALUES(?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
        "  ?17, ?18, ?19, ?20, ?21)",
    [SG_SQL_TOTAL_ADD] =
        "INSERT INTO total(day, source, mapping, what, n) VALUES(?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT DO UPDATE SET n = n + ?5",

    [SG_SQL_LANE_FIRST] = "SELECT id, state, next_at FROM delivery WHERE lane = ?1 AND " OPEN
                          " ORDER BY seq, step LIMIT 1",
    [SG_SQL_LANE_HOLDER] = "SELECT id, state FROM delivery WHERE lane = ?1 AND " OPEN
                           " AND next_at IS NOT NULL LIMIT 1",
    [SG_SQL_SET_DUE] = "UPDATE delivery SET next_at = max(?2, coalesce(not_before, 0))"
                       " WHERE id = ?1 AND wait_key IS NULL",
    [SG_SQL_SET_HELD] = "UPDATE delivery SET next_at = NULL WHERE id = ?1 AND state = 'pending'",
    [SG_SQL_PUT_OFF] = "UPDATE delivery SET next_at = ?2 WHERE id = ?1 AND next_at < ?2",
    [SG_SQL_LANE_OF] = "SELECT lane FROM delivery WHERE id = ?1",
    [SG_SQL_WAIT_EXPIRED] =
        "SELECT d.id, d.day, d.mapping, e.system, e.record, e.key, e.wait_ms, e.skips_after_wait"
        " FROM delivery d JOIN event e ON e.seq = d.event"
        " WHERE d.wait_until <= ?1 ORDER BY d.wait_until LIMIT 1",
    [SG_SQL_WAIT_END] =
        "UPDATE delivery SET wait_until = NULL, state = ?2, ended_at = ?3, reason = ?4,"
        "  failed_at = CASE WHEN ?3 IS NULL THEN ?5 END,"
        "  wait_key = CASE WHEN ?3 IS NULL THEN wait_key END WHERE id = ?1",
    [SG_SQL_WAIT_LANES] =
        "SELECT DISTINCT target FROM delivery WHERE wait_key = ?1 ORDER BY target",
    [SG_SQL_WAIT_EVENTS] = "SELECT DISTINCT event FROM delivery WHERE wait_key = ?1 ORDER BY event",
    [SG_SQL_WAIT_MOVE] =
        "UPDATE delivery SET lane = target || '/' || ?2, ticket = ?2, round = ?3,"
        "  state = 'pending', wait_key = NULL, wait_until = NULL, failed_at = NULL,"
        "  reason = NULL"
        " WHERE wait_key = ?1",
    [SG_SQL_EVENT_MOVE] = "UPDATE event SET ticket = ?2, round = ?3 WHERE seq = ?1",

    /* rows of an older format, read from where this kind keeps them, do not say since when */
    [SG_SQL_RECOVER_FAILED] = "UPDATE delivery SET failed_at = coalesce(last_at, taken_at)"
                              " WHERE state = 'failed' AND failed_at IS NULL AND " OPEN,
    [SG_SQL_RECOVER] = "UPDATE delivery SET next_at = 0 WHERE state = 'unknown' AND " OPEN,
    [SG_SQL_DUE] =
        "SELECT id FROM delivery WHERE target = ?1 AND next_at <= ?2 ORDER BY next_at, seq",
    /* Whether it may be taken stands first: the open head of its lane, and no call to the event's
     * own system unknown for this ticket. What few need is looked for only for them: how many others
     * were delivered since it failed to be, and our own changes to a record that was seen before. */
    [SG_SQL_TAKE] =
        "SELECT d.id = (SELECT f.id FROM delivery f WHERE f.lane = d.lane AND " OPEN
        "  ORDER BY f.seq, f.step LIMIT 1),"
        " EXISTS(SELECT 1 FROM delivery u WHERE u.lane = e.system || '/' || d.ticket"
        "  AND " OPEN " AND +u.state = 'unknown')," /* '+': by its lane, not through all unknown */
        " e.seq, d.run, d.mapping, d.target, d.ticket, d.round,"
        " d.state, d.key_gen, d.attempts, d.temporary_ends, d.ok_mark,"
        " CASE WHEN d.temporary_ends > 0 THEN"
        "  (SELECT t.delivered FROM target t WHERE t.name = d.target) END,"
        " (SELECT count(*) FROM delivery c WHERE c.ticket = d.ticket AND c.first_at > ?2"
        "  AND c.run = 1 AND c.id <> d.id),"
        " d.first_at, d.sent_at, d.sends, d.empty_probes,"
        " (SELECT r.text FROM request r WHERE r.delivery = d.id),"
        " e.system, e.record, e.record_id, e.version, e.is_version_declared, e.version_kind,"
        " e.version_value, e.key, e.is_key_linked, e.wait_ms, e.skips_after_wait, e.round_value,"
        " e.is_own, e.captured_at, e.sha256, e.size, e.shape, e.shape_before, e.body,"
        " CASE WHEN length(e.shape_before) > 0 THEN"
        "  (SELECT h.own FROM head h WHERE h.system = e.system AND h.record = e.record"
        "   AND h.record_id = e.record_id) END, d.lane, d.day"
        " FROM delivery d JOIN event e ON e.seq = d.event WHERE d.id = ?1",
    [SG_SQL_LINKS] = "SELECT system, foreign_id, 0 FROM link WHERE ticket = ?1 AND round = ?2"
                     " UNION ALL SELECT system, ticket, number FROM round WHERE ticket = ?1",
    [SG_SQL_SHADOW_FIND] = "SELECT input_hash FROM shadow"
                           " WHERE ticket = ?1 AND system = ?2 AND round = ?3 AND operation = ?4",
    [SG_SQL_NEXT_TARGET] = "SELECT target FROM delivery WHERE next_at IS NOT NULL AND target > ?1"
                           " ORDER BY target LIMIT 1",
    [SG_SQL_NEXT_DUE] = "SELECT next_at FROM delivery WHERE target = ?1 AND next_at > ?2"
                        " ORDER BY next_at LIMIT 1",
    [SG_SQL_NEXT_DEADLINE] = "SELECT wait_until FROM delivery WHERE wait_until IS NOT NULL"
                             " ORDER BY wait_until LIMIT 1",
    [SG_SQL_INTEND] = "UPDATE delivery SET state = 'unknown', sent_at = ?2, sends = sends + 1,"
                      "  empty_probes = 0, first_at = coalesce(first_at, ?2)"
                      " WHERE id = ?1 AND state IN ('pending','unknown') AND next_at IS NOT NULL",
    [SG_SQL_ORPHANS] = "SELECT target, mapping FROM delivery WHERE state = ?1 AND " OPEN
                       " AND (target, mapping) > (?2, ?3) ORDER BY target, mapping LIMIT 1",

    [SG_SQL_DELIVERY_FIND] =
        "SELECT d.state, d.lane, d.target, d.ticket, d.round, d.mapping, d.day,"
        "  d.next_at IS NOT NULL, e.system, e.record"
        " FROM delivery d JOIN event e ON e.seq = d.event WHERE d.id = ?1",
    [SG_SQL_DELIVERY_END] =
        "UPDATE delivery SET state = ?2, next_at = ?3, ended_at = ?4,"
        "  attempts = attempts + ?5, first_at = CASE WHEN ?5 THEN coalesce(first_at, ?6)"
        "  ELSE first_at END, last_at = CASE WHEN ?5 THEN ?6 ELSE last_at END,"
        "  ok_mark = CASE WHEN ?7 AND temporary_ends = 0 THEN coalesce("
        "   (SELECT delivered FROM target WHERE name = delivery.target), 0) ELSE ok_mark END,"
        "  temporary_ends = temporary_ends + ?7, in_doubt = ?8, key_gen = key_gen + ?9,"
        "  sends = ?10, empty_probes = ?11, reason = ?12, place_file = ?13, place_line = ?14,"
        "  place_column = ?15, pointer = ?16, said = ?17, map_hash = coalesce(?18, map_hash),"
        "  failed_at = CASE WHEN ?2 = 'failed' THEN ?6 END, wait_until = NULL, wait_key = NULL"
        " WHERE id = ?1",
    /* The end of most of them, of which nothing was said before and nothing is now: what is not set
     * costs no look at the indexes over it. It ends one that has its lane's turn, and so is no failure
     * and waits for no link. */
    [SG_SQL_DELIVERY_DONE] =
        "UPDATE delivery SET state = ?2, next_at = NULL, ended_at = ?3,"
        "  attempts = attempts + ?4, first_at = CASE WHEN ?4 THEN coalesce(first_at, ?3)"
        "  ELSE first_at END, last_at = CASE WHEN ?4 THEN ?3 ELSE last_at END,"
        "  key_gen = key_gen + ?5, sends = ?6, empty_probes = ?7,"
        "  map_hash = coalesce(?8, map_hash)"
        " WHERE id = ?1 AND next_at IS NOT NULL AND reason IS NULL AND said IS NULL",
    [SG_SQL_REQUEST_SET] = "INSERT INTO request(delivery, text) VALUES(?1, ?2)"
                           " ON CONFLICT DO UPDATE SET text = ?2",
    [SG_SQL_REQUEST_END] = "DELETE FROM request WHERE delivery = ?1",
    [SG_SQL_LINK_OF_ROUND] =
        "SELECT foreign_id FROM link WHERE ticket = ?1 AND round = ?2 AND system = ?3",
    [SG_SQL_LINK_ADD] =
        "INSERT INTO link(system, foreign_id, ticket, round, since) VALUES(?1, ?2, ?3, ?4, ?5)",
    [SG_SQL_TARGET_DELIVERED] = "INSERT INTO target(name, delivered) VALUES(?1, 1)"
                                " ON CONFLICT DO UPDATE SET delivered = delivered + 1",
    [SG_SQL_SHADOW_SET] = "INSERT INTO shadow(ticket, system, round, operation, input_hash)"
                          " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET input_hash = ?5",
    [SG_SQL_SHADOWS_CLEAR] = "DELETE FROM shadow WHERE ticket = ?1 AND system = ?2",
    [SG_SQL_OWN_ADD] = "UPDATE head SET own = own_add(own, ?4, ?5)"
                       " WHERE system = ?1 AND record = ?2 AND record_id = ?3",
    [SG_SQL_OWN_NEW] = "INSERT INTO head(system, record, record_id, own)"
                       " VALUES(?1, ?2, ?3, own_add(NULL, ?4, ?5))",

    [SG_SQL_CURSOR_FIND] = "SELECT text FROM cursor WHERE system = ?1 AND record = ?2",
    [SG_SQL_CURSOR_SET] =
        "INSERT INTO cursor(system, record, text, moved_at) VALUES(?1, ?2, ?3, ?4)"
        " ON CONFLICT DO UPDATE SET text = ?3, moved_at = ?4",
    [SG_SQL_ALARM_FIND] = "SELECT words FROM alarm WHERE name = ?1 AND system = ?2",
    [SG_SQL_ALARM_SET] = "INSERT INTO alarm(name, system, since, words) VALUES(?1, ?2, ?3, ?4)"
                         " ON CONFLICT DO UPDATE SET words = ?4",
    [SG_SQL_ALARM_END] = "DELETE FROM alarm WHERE name = ?1 AND system = ?2",
    [SG_SQL_CONTACT_SET] =
        "INSERT OR REPLACE INTO contact(system, ok_at, bad_at, said, breaker_since, next_try_at)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [SG_SQL_FACT_SET] = "INSERT OR REPLACE INTO fact(name, value) VALUES(?1, ?2)",

    /* a clock that was set back makes no version older than the one before it */
    [SG_SQL_VERSION_NOTE] =
        "INSERT INTO version(mapping, since, hash, who, how)"
        " SELECT ?1, max(?3, coalesce((SELECT max(since) + 1 FROM version WHERE mapping = ?1), 0)),"
        "  ?2, ?4, ?5 WHERE ?2 IS NOT"
        "  (SELECT hash FROM version WHERE mapping = ?1 ORDER BY since DESC LIMIT 1)",

    /* what a pause or a pace holds back stays so: its time is far, or stands in not_before */
    [SG_SQL_WAKE] = "UPDATE delivery SET next_at = max(?3, coalesce(not_before, 0))"
                    " WHERE state = 'pending' AND " OPEN " AND target = ?1 AND mapping = ?2"
                    " AND next_at > ?3 AND next_at <= ?3 + 60000",

    [SG_SQL_OUTLINES] = "SELECT system, record, text FROM outline",
    [SG_SQL_OUTLINE_SET] = "INSERT OR REPLACE INTO outline(system, record, text)"
                           " VALUES(?1, ?2, ?3)",
    [SG_SQL_DRIFTS] =
        "SELECT system, record, kind, pointer, shows, example, since, last_at, times FROM drift",
    [SG_SQL_DRIFT_SET] = "INSERT OR REPLACE INTO drift(system, record, kind, pointer, shows,"
                         "  example, since, last_at, times)"
                         " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [SG_SQL_DRIFT_END] = "DELETE FROM drift WHERE system = ?1 AND record = ?2 AND kind = ?3"
                         " AND pointer = ?4 AND shows = ?5",

    [SG_SQL_COMMAND_FIND] = "SELECT paced_until, done, refused, said FROM command WHERE id = ?1",
    [SG_SQL_COMMAND_ADD] =
        "INSERT INTO command(id, kind, who, asked_at, done_at, why, done, refused, paced_until,"
        "  said) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    [SG_SQL_ACT_ADD] = "INSERT OR REPLACE INTO act(delivery, command, refused, was)"
                       " VALUES(?1, ?2, ?3, ?4)",
    [SG_SQL_ACT_FIND] = "SELECT 1 FROM act WHERE delivery = ?1 AND command = ?2",
    [SG_SQL_ACT_LAST] =
        "SELECT c.kind, c.who, c.done_at FROM act a JOIN command c ON c.id = a.command"
        " WHERE a.delivery = ?1 AND a.refused IS NULL AND c.kind <> 'unmask'"
        " ORDER BY c.done_at DESC, c.id DESC LIMIT 1",
    [SG_SQL_COMMANDED] =
        "SELECT d.state, d.lane, d.target, d.ticket, d.round, d.mapping, d.in_doubt, d.seq, d.step,"
        " d.wait_key, d.reason, d.event, e.wait_ms, e.body IS NULL, e.system"
        " FROM delivery d JOIN event e ON e.seq = d.event WHERE d.id = ?1",
    [SG_SQL_NEWER_DELIVERED] =
        "SELECT id FROM delivery WHERE ticket = ?1 AND first_at IS NOT NULL AND lane = ?2"
        " AND seq > ?3 AND state = 'delivered' LIMIT 1",
    [SG_SQL_REPLAY] =
        "UPDATE delivery SET state = 'pending', failed_at = NULL, reason = NULL, place_file = NULL,"
        "  place_line = NULL, place_column = NULL, pointer = NULL, said = NULL,"
        "  temporary_ends = 0, sends = 0, empty_probes = 0, not_before = ?2,"
        "  target = CASE WHEN mapping = '' THEN ?4 ELSE target END,"
        "  wait_until = CASE WHEN wait_key IS NOT NULL THEN ?3 END WHERE id = ?1",
    [SG_SQL_RUN_LAST] = "SELECT max(run) FROM delivery WHERE event = ?1 AND mapping = ?2",
    [SG_SQL_RUN_ADD] =
        "INSERT INTO delivery(id, event, run, seq, step, lane, target, ticket, round, mapping,"
        "  map_hash, state, wait_key, wait_until, taken_at, day, not_before)"
        " VALUES(?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, ?8, ?9, ?10, 'pending', ?11, ?12, ?13, ?14, ?15)",
    [SG_SQL_LANE_REST] =
        "SELECT id FROM delivery WHERE lane = ?1 AND (seq, step) > (?2, ?3) AND " OPEN
        " ORDER BY seq, step",
    [SG_SQL_SENT_EVENT] = "SELECT system, record, key, is_key_linked, wait_ms, ticket, round,"
                          " body IS NULL FROM event WHERE seq = ?1",

    [SG_SQL_ORPHANED] = "SELECT id FROM delivery WHERE state = ?1 AND " OPEN
                        " AND target = ?2 AND mapping = ?3 ORDER BY id LIMIT ?4",
    [SG_SQL_ACTS_COUNT] = "SELECT count(*) FROM act WHERE command = ?1",

    [SG_SQL_PAUSES] = "SELECT id, scope, name, until, is_over FROM pause ORDER BY id",
    [SG_SQL_PAUSE_ADD] = "INSERT INTO pause(scope, name, who, since, until, why)"
                         " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [SG_SQL_PAUSE_CHANGE] = "UPDATE pause SET who = ?2, until = ?3, why = ?4 WHERE id = ?1",
    [SG_SQL_PAUSE_END] = "UPDATE pause SET is_over = 1 WHERE id = ?1",
    [SG_SQL_PAUSE_DELETE] = "DELETE FROM pause WHERE id = ?1",
    [SG_SQL_LET_GO] = "UPDATE delivery SET next_at = ?3 WHERE id IN (SELECT id FROM delivery"
                      "  WHERE target = ?1 AND next_at = ?2 LIMIT ?4)",

    /* The rows of the newest event and of the newest delivery stay: new numbers follow theirs, and
     * the key that a target remembers is made of them. */
    [SG_SQL_SWEEP_FIND] =
        "SELECT id, event FROM delivery WHERE phase = ?1 AND ended_at <= ?2"
        " AND ended_at IS NOT NULL AND (phase = 0 OR (id < (SELECT max(id) FROM delivery)"
        "  AND event < (SELECT max(seq) FROM event))) ORDER BY ended_at LIMIT 1",
    [SG_SQL_SWEEP_PHASE] = "UPDATE delivery SET phase = ?2 WHERE id = ?1",
    [SG_SQL_SWEEP_SIBLINGS] =
        "SELECT count(*) FROM delivery WHERE event = ?1 AND (ended_at IS NULL OR phase < ?2)",
    [SG_SQL_EVENT_BLANK] = "UPDATE event SET body = NULL WHERE seq = ?1",
    [SG_SQL_SWEEP_SUMS] = "SELECT d.day, d.mapping, d.state, e.system, e.record FROM delivery d"
                          " JOIN event e ON e.seq = d.event WHERE d.event = ?1",
    [SG_SQL_ACTS_DELETE] =
        "DELETE FROM act WHERE delivery IN (SELECT id FROM delivery WHERE event = ?1)",
    [SG_SQL_COMMANDS_DELETE] = "DELETE FROM command WHERE done_at <= ?1",
    [SG_SQL_DELIVERIES_DELETE] = "DELETE FROM delivery WHERE event = ?1",
    [SG_SQL_EVENT_DELETE] = "DELETE FROM event WHERE seq = ?1",
};
