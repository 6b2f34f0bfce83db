#include "connectors/catalog.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <strings.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/hash.h"
#include "mapping/lookup.h"
#include "tree/yaml.h"

enum { MAPPINGS, SYSTEMS, LOOKUPS };

const struct sg_catalog_folder SG_CATALOG_FOLDER[SG_CATALOG_FOLDERS] = {
    [MAPPINGS] = {"", ".yaml"},
    [SYSTEMS] = {"/systems", ".yaml"},
    [LOOKUPS] = {"/lookups", ".csv"}};

/* What the shape of one record is of. */
struct shape {
    struct sg_str system, record;
    const struct sg_str *pointers;
    size_t count;
};

struct sg_catalog {
    struct sg_arena *arena; /* holds the catalog itself, too */
    atomic_size_t owners;
    const struct sg_system **systems;
    const struct sg_mapping **mappings;
    struct shape *shapes;
    size_t system_count, mapping_count, shape_count;
    struct sg_str hash;
};

/* --- reading the folders --- */

struct folder_file {
    const char *path; /* mappings/systems/gam.yaml */
    struct sg_str stem, text;
};

struct folder {
    struct folder_file *files;
    size_t count;
};

struct load {
    const char *dir;
    const struct sg_secrets *secrets;
    struct sg_findings *findings;
    struct sg_catalog *catalog;
    struct sg_lookups *lookups;
    struct sg_buffer hashed; /* a line a file: name and hash */
    struct sg_system_view *views;
    bool *is_broken; /* of the view at the same place */
    size_t view_count;
    size_t passed, failed; /* tests */
};

static void hash_file(struct load *load, const char *sub, struct sg_str name, struct sg_str text)
{
    const struct sg_sha256 hash = sg_sha256_of(text);
    const struct sg_str hex =
        sg_hex(load->catalog->arena, (struct sg_str){(const char *)hash.bytes, sizeof hash.bytes});

    sg_buffer_add_format(&load->hashed, "%s/%.*s %.*s\n", sub, SG_STR_ARG(name), SG_STR_ARG(hex));
}

struct sg_str sg_catalog_file_name(struct sg_arena *arena, const struct sg_catalog_folder *folder,
                                   struct sg_str name)
{
    const char *whole = sg_str_c(arena, name), *ending = strrchr(whole, '.');

    if (ending == NULL || ending == whole)
        return (struct sg_str){0};
    if (strcasecmp(ending, folder->suffix) == 0 ||
        (strcasecmp(ending, ".yml") == 0 && strcmp(folder->suffix, ".yaml") == 0))
        return sg_str_format(arena, "%.*s%s", (int)(ending - whole), whole, folder->suffix);
    return (struct sg_str){0};
}

/* Whether the file is to be read; who only misspelled its ending is told. */
static bool is_ours(struct load *load, const struct sg_catalog_folder *folder, const char *path,
                    struct sg_str name)
{
    const struct sg_str right = sg_catalog_file_name(load->catalog->arena, folder, name);

    if (right.length > 0 && !sg_str_equal(name, right))
        (void)sg_findings_add(load->findings, (struct sg_place){.file = path},
                              "is not read: name it %.*s", SG_STR_ARG(right));
    return sg_str_equal(name, right);
}

/* All its files; what cannot be read is a finding, and left out. */
static void read_folder(struct load *load, const struct sg_catalog_folder *from, struct folder *out)
{
    const char *sub = from->path;
    struct sg_arena *arena = load->catalog->arena;
    const char *path = sg_str_format(arena, "%s%s%c", load->dir, sub, '\0').at;
    const struct sg_str *names = NULL;
    struct sg_error err;
    size_t count = 0;

    *out = (struct folder){0};
    if (!sg_file_list(arena, path, "", &names, &count, &err)) {
        (void)sg_findings_add(load->findings, err.at, "%s", err.text);
        return;
    }
    out->files = sg_arena_get(arena, count, sizeof *out->files);
    for (size_t i = 0; i < count; i++) {
        struct folder_file *file = &out->files[out->count];

        file->path = sg_str_format(arena, "%s/%.*s%c", path, SG_STR_ARG(names[i]), '\0').at;
        if (!is_ours(load, from, file->path, names[i]))
            continue;
        file->stem = (struct sg_str){names[i].at, names[i].length - strlen(from->suffix)};
        if (!sg_file_read(arena, file->path, SG_CATALOG_FILE_MAX_BYTES, &file->text, &err)) {
            (void)sg_findings_add(load->findings, err.at, "%s", err.text);
            continue;
        }
        hash_file(load, sub, names[i], file->text);
        out->count++;
    }
}

static void load_lookups(struct load *load)
{
    struct sg_arena *arena = load->catalog->arena;
    struct folder folder;

    load->lookups = sg_lookups_new(arena);
    read_folder(load, &SG_CATALOG_FOLDER[LOOKUPS], &folder);
    for (size_t i = 0; i < folder.count; i++) {
        const struct folder_file *file = &folder.files[i];

        (void)sg_lookups_add(load->lookups, sg_str_c(arena, file->stem), file->path, file->text,
                             load->findings);
    }
}

/* --- systems --- */

static void load_system(struct load *load, const struct folder_file *file)
{
    struct sg_catalog *catalog = load->catalog;
    const size_t before = sg_findings_errors(load->findings);
    const struct sg_system *system = sg_system_compile(
        catalog->arena, file->text, file->path, load->lookups, load->secrets, load->findings);
    const bool is_broken = sg_findings_errors(load->findings) > before;

    load->views[load->view_count] =
        system != NULL ? system->view : (struct sg_system_view){.name = file->stem};
    load->is_broken[load->view_count++] = is_broken;
    if (!is_broken)
        catalog->systems[catalog->system_count++] = system;
}

static void load_systems(struct load *load)
{
    struct sg_arena *arena = load->catalog->arena;
    struct folder folder;

    read_folder(load, &SG_CATALOG_FOLDER[SYSTEMS], &folder);
    load->views = sg_arena_get(arena, folder.count, sizeof *load->views);
    load->is_broken = sg_arena_get(arena, folder.count, sizeof *load->is_broken);
    load->catalog->systems = sg_arena_get(arena, folder.count, sizeof(void *));
    for (size_t i = 0; i < folder.count; i++)
        load_system(load, &folder.files[i]);
    if (folder.count == 0)
        (void)sg_findings_add(load->findings, (struct sg_place){.file = load->dir},
                              "has no system: systems/NAME.yaml is expected");
}

/* Two systems at one path: nobody could tell whose signature it is. */
static void check_webhook(struct load *load, size_t system, const struct sg_record *record)
{
    const struct sg_catalog *catalog = load->catalog;

    for (size_t s = 0; s < system; s++) {
        const struct sg_system *other = catalog->systems[s];

        for (size_t r = 0; r < other->record_count; r++)
            if (other->records[r].webhook != NULL &&
                sg_str_equal(other->records[r].webhook->path, record->webhook->path))
                (void)sg_findings_add(load->findings, record->at,
                                      "the webhook's path is `%.*s`'s as well",
                                      SG_STR_ARG(other->name));
    }
}

static void check_webhooks(struct load *load)
{
    for (size_t s = 0; s < load->catalog->system_count; s++) {
        const struct sg_system *system = load->catalog->systems[s];

        for (size_t r = 0; r < system->record_count; r++)
            if (system->records[r].webhook != NULL)
                check_webhook(load, s, &system->records[r]);
    }
}

/* --- mappings --- */

static bool has_part(const struct sg_system_view *view, struct sg_str part, bool is_record)
{
    for (size_t i = 0; is_record && i < view->record_count; i++)
        if (sg_str_equal(view->records[i].name, part))
            return true;
    for (size_t i = 0; !is_record && i < view->operation_count; i++)
        if (sg_str_equal(view->operations[i].name, part))
            return true;
    return false;
}

/* Whether "gam.response" names what a broken system file has not told. */
static bool is_untold(const struct load *load, const struct sg_yaml *route, bool is_record)
{
    const struct sg_str text = route == NULL ? (struct sg_str){0} : route->text;
    const char *dot = text.length == 0 ? NULL : memchr(text.at, '.', text.length);

    if (dot == NULL)
        return false;
    const struct sg_str system = {text.at, (size_t)(dot - text.at)};
    for (size_t i = 0; i < load->view_count; i++)
        if (load->is_broken[i] && sg_str_equal(load->views[i].name, system))
            return !has_part(&load->views[i], sg_str_skip(text, system.length + 1), is_record);
    return false;
}

/*
 * A mapping of something that a broken system file should have told would only be blamed for that
 * file's errors: of such a mapping nothing but its YAML is checked.
 */
static bool can_be_compiled(const struct load *load, const struct folder_file *file)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const struct sg_yaml *root = sg_yaml_read(arena, file->text, file->path, findings);

    if (root == NULL || (!is_untold(load, sg_yaml_find(root, "from"), true) &&
                         !is_untold(load, sg_yaml_find(root, "to"), false)))
        return true;
    (void)sg_yaml_read(arena, file->text, file->path, load->findings);
    return false;
}

static void load_mappings(struct load *load)
{
    struct sg_catalog *catalog = load->catalog;
    struct folder folder;

    read_folder(load, &SG_CATALOG_FOLDER[MAPPINGS], &folder);
    catalog->mappings = sg_arena_get(catalog->arena, folder.count, sizeof(void *));
    for (size_t i = 0; i < folder.count; i++) {
        const struct folder_file *file = &folder.files[i];
        const struct sg_mapping *mapping = NULL;

        if (can_be_compiled(load, file))
            mapping = sg_mapping_compile(catalog->arena, file->text, file->path,
                                         (struct sg_system_views){load->views, load->view_count},
                                         load->lookups, load->findings);
        if (mapping != NULL)
            catalog->mappings[catalog->mapping_count++] = mapping;
    }
    if (folder.count == 0)
        sg_findings_warn(load->findings, (struct sg_place){.file = load->dir},
                         "has no mapping: nothing will be delivered");
}

/* --- tests --- */

static bool is_of_broken(const struct load *load, struct sg_str system)
{
    for (size_t i = 0; i < load->view_count; i++)
        if (load->is_broken[i] && sg_str_equal(load->views[i].name, system))
            return true;
    return false;
}

static void run_tests(struct load *load)
{
    struct sg_catalog *catalog = load->catalog;

    for (size_t i = 0; i < catalog->system_count; i++)
        sg_system_run_tests(catalog->systems[i], load->findings, &load->passed, &load->failed);
    for (size_t i = 0; i < catalog->mapping_count; i++) {
        const struct sg_mapping *mapping = catalog->mappings[i];

        if (!is_of_broken(load, sg_mapping_from_system(mapping)) &&
            !is_of_broken(load, sg_mapping_to_system(mapping)))
            sg_mapping_run_tests(mapping, load->findings, &load->passed, &load->failed);
    }
}

/* --- shapes --- */

static int by_bytes(const void *a, const void *b)
{
    return sg_str_compare(*(const struct sg_str *)a, *(const struct sg_str *)b);
}

static bool reads_record(const struct sg_mapping *mapping, const struct shape *shape)
{
    return sg_str_equal(sg_mapping_from_system(mapping), shape->system) &&
           sg_str_equal(sg_mapping_from_record(mapping), shape->record);
}

/* Puts the pointers of mappings and operations into `to`, or only counts them when it is NULL. */
static size_t gather_pointers(const struct sg_catalog *catalog, const struct sg_system *system,
                              const struct shape *shape, struct sg_str *to)
{
    size_t found = 0, count = 0;

    for (size_t m = 0; m < catalog->mapping_count; m++) {
        const struct sg_str *reads = sg_mapping_reads(catalog->mappings[m], &count);

        if (!reads_record(catalog->mappings[m], shape))
            continue;
        if (to != NULL && count > 0)
            memcpy(to + found, reads, count * sizeof *reads);
        found += count;
    }
    for (size_t o = 0; o < system->operation_count; o++) {
        const struct sg_gives_spec *gives = &system->operations[o].gives;

        if (!sg_str_equal(gives->record, shape->record))
            continue;
        for (size_t i = 0; to != NULL && i < gives->shows_count; i++)
            to[found + i] = gives->shows[i].record_pointer;
        found += gives->shows_count;
    }
    return found;
}

static void fill_shape(const struct sg_catalog *catalog, const struct sg_system *system,
                       struct shape *shape)
{
    const size_t count = gather_pointers(catalog, system, shape, NULL);
    struct sg_str *pointers = sg_arena_get(catalog->arena, count, sizeof *pointers);

    (void)gather_pointers(catalog, system, shape, pointers);
    qsort(pointers, count, sizeof *pointers, by_bytes);
    for (size_t i = 0; i < count; i++)
        if (shape->count == 0 || !sg_str_equal(pointers[shape->count - 1], pointers[i]))
            pointers[shape->count++] = pointers[i];
    shape->pointers = pointers;
}

static void fill_shapes(struct sg_catalog *catalog)
{
    size_t count = 0;

    for (size_t s = 0; s < catalog->system_count; s++)
        count += catalog->systems[s]->record_count;
    catalog->shapes = sg_arena_get(catalog->arena, count, sizeof *catalog->shapes);
    for (size_t s = 0; s < catalog->system_count; s++) {
        const struct sg_system *system = catalog->systems[s];

        for (size_t r = 0; r < system->record_count; r++) {
            struct shape *shape = &catalog->shapes[catalog->shape_count++];

            shape->system = system->name;
            shape->record = system->records[r].name;
            fill_shape(catalog, system, shape);
        }
    }
}

/* --- the whole --- */

static void fill_hash(struct load *load)
{
    const struct sg_sha256 all = sg_sha256_of(sg_buffer_text(&load->hashed));

    load->catalog->hash = sg_hex(load->catalog->arena, (struct sg_str){(const char *)all.bytes, 8});
}

/* The catalog, or NULL when there was an error among what was loaded. */
static struct sg_catalog *end_load(struct load *load, size_t errors_before)
{
    fill_shapes(load->catalog);
    fill_hash(load);
    if (sg_findings_errors(load->findings) == errors_before)
        return load->catalog;
    sg_catalog_free(load->catalog);
    return NULL;
}

/* Look-ups come first: systems and mappings both ask them. */
static void begin_load(struct load *load)
{
    struct sg_arena *arena = sg_arena_new();

    load->catalog = sg_arena_get(arena, 1, sizeof *load->catalog);
    load->catalog->arena = arena;
    load->hashed.arena = arena;
    atomic_init(&load->catalog->owners, 1);
    load_lookups(load);
    load_systems(load);
}

static struct sg_catalog *load_all(const char *dir, const struct sg_secrets *secrets,
                                   bool runs_tests, struct sg_findings *findings,
                                   struct sg_catalog_counts *counts)
{
    struct load load = {.dir = dir, .secrets = secrets, .findings = findings};
    const size_t before = sg_findings_errors(findings);

    begin_load(&load);
    load_mappings(&load);
    check_webhooks(&load);
    if (runs_tests)
        run_tests(&load);
    *counts = (struct sg_catalog_counts){.systems = load.catalog->system_count,
                                         .mappings = load.catalog->mapping_count,
                                         .passed = load.passed,
                                         .failed = load.failed};
    return end_load(&load, before);
}

struct sg_catalog *sg_catalog_load_systems(const char *dir, const struct sg_secrets *secrets,
                                           struct sg_findings *findings)
{
    struct load load = {.dir = dir, .secrets = secrets, .findings = findings};
    const size_t before = sg_findings_errors(findings);

    begin_load(&load);
    return end_load(&load, before);
}

struct sg_catalog *sg_catalog_load(const char *dir, const struct sg_secrets *secrets,
                                   bool runs_tests, struct sg_findings *findings)
{
    struct sg_catalog_counts counts;

    return load_all(dir, secrets, runs_tests, findings, &counts);
}

struct sg_catalog *sg_catalog_check(const char *dir, const struct sg_secrets *secrets,
                                    struct sg_findings *findings, struct sg_catalog_counts *counts)
{
    return load_all(dir, secrets, true, findings, counts);
}

struct sg_catalog *sg_catalog_share(struct sg_catalog *catalog)
{
    (void)atomic_fetch_add(&catalog->owners, 1);
    return catalog;
}

void sg_catalog_free(struct sg_catalog *catalog)
{
    if (catalog != NULL && atomic_fetch_sub(&catalog->owners, 1) == 1)
        sg_arena_free(catalog->arena);
}

const struct sg_system *const *sg_catalog_systems(const struct sg_catalog *catalog, size_t *count)
{
    *count = catalog->system_count;
    return catalog->systems;
}

const struct sg_mapping *const *sg_catalog_mappings(const struct sg_catalog *catalog, size_t *count)
{
    *count = catalog->mapping_count;
    return catalog->mappings;
}

const struct sg_system *sg_catalog_system(const struct sg_catalog *catalog, struct sg_str name)
{
    for (size_t i = 0; i < catalog->system_count; i++)
        if (sg_str_equal(catalog->systems[i]->name, name))
            return catalog->systems[i];
    return NULL;
}

const struct sg_mapping *sg_catalog_mapping(const struct sg_catalog *catalog, struct sg_str name)
{
    for (size_t i = 0; i < catalog->mapping_count; i++)
        if (sg_str_equal(sg_mapping_name(catalog->mappings[i]), name))
            return catalog->mappings[i];
    return NULL;
}

const struct sg_str *sg_catalog_shape_pointers(const struct sg_catalog *catalog,
                                               struct sg_str system, struct sg_str record,
                                               size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < catalog->shape_count; i++) {
        const struct shape *shape = &catalog->shapes[i];

        if (sg_str_equal(shape->system, system) && sg_str_equal(shape->record, record)) {
            *count = shape->count;
            return shape->pointers;
        }
    }
    return NULL;
}

struct sg_str sg_catalog_hash(const struct sg_catalog *catalog)
{
    return catalog->hash;
}
