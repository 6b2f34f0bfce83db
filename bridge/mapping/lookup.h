/** Code tables: lookups/NAME.csv, whose first fitting row turns keys into a value. */
#ifndef SG_MAPPING_LOOKUP_H
#define SG_MAPPING_LOOKUP_H

#include "base/arena.h"
#include "base/error.h"
#include "base/findings.h"
#include "base/scope.h"
#include "base/str.h"

enum { SG_LOOKUP_KEYS_MAX = 8 };

/** The tables of one folder. Compiling prepares them: one thread; finding changes nothing. */
struct sg_lookups;

/** One table with its key columns and the column it gives. Never changes: threads may share it. */
struct sg_lookup;

/** An empty set, in the arena. */
struct sg_lookups *sg_lookups_new(struct sg_arena *arena);

/**
 * Adds every *.csv of `folder`, in the order of their names, and gives true when all were read
 * without an error. A folder that is not there has no tables.
 */
bool sg_lookups_load(struct sg_lookups *lookups, struct sg_str folder,
                     struct sg_findings *findings);

/**
 * Adds the table `name` from the text of the file `path`, both borrowed for ever. Findings: what
 * sg_csv_read() refuses, no header row, a repeated or empty column name, a row with too many or too
 * few fields. A table with errors is not asked any further.
 */
bool sg_lookups_add(struct sg_lookups *lookups, const char *name, const char *path,
                    struct sg_str text, struct sg_findings *findings);

/** A word of a mapping, and where it stands there. */
struct sg_lookup_word {
    struct sg_str text;
    struct sg_place at;
};

/** What a mapping says of a look-up. */
struct sg_lookup_order {
    struct sg_lookup_word table;
    const struct sg_lookup_word *by; /* key columns */
    size_t by_count;                 /* 0: the first column */
    struct sg_lookup_word give;      /* "": the first column that is no key */
};

/**
 * NULL, and findings, for an unknown table or column (with did-you-mean). With the first look-up
 * that asks a table by these columns, its rows are checked: an empty key, a row that is never
 * reached, because an earlier one fits all that it fits.
 */
const struct sg_lookup *sg_lookup_compile(const struct sg_lookups *lookups,
                                          const struct sg_lookup_order *order,
                                          struct sg_findings *findings);

/** How many keys it takes. */
size_t sg_lookup_keys(const struct sg_lookup *lookup);

/** The names of its key columns, "service, district", for messages. */
struct sg_str sg_lookup_key_names(struct sg_arena *arena, const struct sg_lookup *lookup);

/** Its table's name: "departments". */
struct sg_str sg_lookup_table(const struct sg_lookup *lookup);

/** All of its table's file, as it was read: a part of the version of a mapping that uses it. */
struct sg_str sg_lookup_file(const struct sg_lookup *lookup);

struct sg_lookup_result {
    struct sg_str text;    /* lives as long as the tables; "" is nothing */
    bool is_ignored;       /* the table says IGNORE */
    struct sg_str reason;  /* then: "IGNORE in lookups/outcomes.csv:5" */
    struct sg_str unnamed; /* the first key that `*` took and that no row names; "" if none */
};

/**
 * The first row that fits all of sg_lookup_keys() texts. Costs one hash for each kind of row there
 * is (which keys are `*`), not one comparison for each row. Fails with SG_ERROR_INPUT, without a
 * place: `no row for "77" in lookups/outcomes.csv`.
 */
SG_MUST_USE bool sg_lookup_find(struct sg_arena *arena, const struct sg_lookup *lookup,
                                const struct sg_str *keys, struct sg_lookup_result *out,
                                struct sg_error *err);

#endif
