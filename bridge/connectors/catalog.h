/** All that the files under mappings/ say, compiled: one snapshot, whole or not at all. */
#ifndef SG_CONNECTORS_CATALOG_H
#define SG_CONNECTORS_CATALOG_H

#include "connectors/secrets.h"
#include "connectors/system.h"
#include "sgbridge/mapping.h"

/** Never changes; counted, so that running deliveries end with what they began with. */
struct sg_catalog;

/** Where under a folder of mappings its files stand, the folder itself among them, and what they are. */
struct sg_catalog_folder {
    const char *path, *suffix; /* "/lookups", ".csv" */
};
enum { SG_CATALOG_FOLDERS = 3 };
extern const struct sg_catalog_folder SG_CATALOG_FOLDER[SG_CATALOG_FOLDERS];

/**
 * What a file `name` of `folder` must be called to be read: `name` itself, or another where only its
 * ending is not ours (`a.yml`, `a.YAML`); "" when it is something else.
 */
struct sg_str sg_catalog_file_name(struct sg_arena *arena, const struct sg_catalog_folder *folder,
                                   struct sg_str name);

/** The most that one file of them may have. */
enum { SG_CATALOG_FILE_MAX_BYTES = 16 * 1024 * 1024 };

/**
 * Reads `dir`/systems/ *.yaml, `dir`/ *.yaml and `dir`/lookups/ *.csv. NULL when anything is wrong;
 * then, and with warnings, see `findings`. With `runs_tests`, the tests of files without an error
 * are run as well. The caller's, to end with sg_catalog_free().
 */
struct sg_catalog *sg_catalog_load(const char *dir, const struct sg_secrets *secrets,
                                   bool runs_tests, struct sg_findings *findings);

/** What is right in a folder: files without an error, and their tests, where they were run. */
struct sg_catalog_counts {
    size_t systems, mappings, passed, failed;
};

/** The same with the tests; `counts` is filled, whatever is wrong. */
struct sg_catalog *sg_catalog_check(const char *dir, const struct sg_secrets *secrets,
                                    struct sg_findings *findings, struct sg_catalog_counts *counts);
/** The same of its systems and look-ups alone, whatever its mappings say; no tests are run. */
struct sg_catalog *sg_catalog_load_systems(const char *dir, const struct sg_secrets *secrets,
                                           struct sg_findings *findings);

/** One more owner. Each thread may. */
struct sg_catalog *sg_catalog_share(struct sg_catalog *catalog);
/** One owner less; the last one ends it. Takes NULL. */
void sg_catalog_free(struct sg_catalog *catalog);

const struct sg_system *const *sg_catalog_systems(const struct sg_catalog *catalog, size_t *count);
const struct sg_mapping *const *sg_catalog_mappings(const struct sg_catalog *catalog,
                                                    size_t *count);
const struct sg_system *sg_catalog_system(const struct sg_catalog *catalog, struct sg_str name);
const struct sg_mapping *sg_catalog_mapping(const struct sg_catalog *catalog, struct sg_str name);

/** Pointers that mappings of this record read, and what operations show of it: for its shape. */
const struct sg_str *sg_catalog_shape_pointers(const struct sg_catalog *catalog,
                                               struct sg_str system, struct sg_str record,
                                               size_t *count);

/** Of all files, 16 hexadecimal digits: what is in force. */
struct sg_str sg_catalog_hash(const struct sg_catalog *catalog);

#endif
