/** The tables of the state, and the marks by which a file is known as a journal of ours. */
#ifndef SG_JOURNAL_SCHEMA_H
#define SG_JOURNAL_SCHEMA_H

#include <sqlite3.h>

#include "base/error.h"
#include "base/scope.h"
#include "base/str.h"

enum { SG_SCHEMA_FORMAT = 4 };

/**
 * The term of the partial indexes over deliveries that are open (a CHECK says which states are): a
 * query that spells it otherwise reads the whole table.
 */
#define SG_SCHEMA_OPEN "ended_at IS NULL"

/**
 * Makes the tables in an empty database, or brings those of an older format to ours, each in one
 * transaction. INPUT: a newer format, or no journal at all.
 */
SG_MUST_USE bool sg_schema_open(sqlite3 *db, struct sg_error *err);

/** The check alone, for readers. */
SG_MUST_USE bool sg_schema_check(sqlite3 *db, struct sg_error *err);

/** INPUT when it is the journal of another installation than `name`; one without a name is fine. */
SG_MUST_USE bool sg_schema_check_name(sqlite3 *db, struct sg_str name, struct sg_error *err);

/** The same, inside a transaction; one without a name gets it. */
SG_MUST_USE bool sg_schema_claim(sqlite3 *db, struct sg_str name, struct sg_error *err);

#endif
