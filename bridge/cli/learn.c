/* sgbridge learn: a first file of a system or a mapping, from what was captured. */
#include "learn/learn.h"
#include "base/file.h"
#include "base/findings.h"
#include "base/name.h"
#include "cli/cli.h"
#include "connectors/catalog.h"

enum { WORDS_MAX = 1000, FILE_MAX_BYTES = 16 * 1024 * 1024 };

struct options {
    const char *items, *record; /* of a system */
    const char *from, *to;      /* of a mapping: SYSTEM.NAME */
};

static int tell(const struct sg_error *err)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();

    (void)sg_findings_add(findings, err->at, "%s", err->text);
    sg_findings_print(findings, stderr);
    return SG_EXIT_NO;
}

static int write_out(struct sg_str text)
{
    return fwrite(text.at, 1, text.length, stdout) == text.length && fflush(stdout) == 0
               ? SG_EXIT_OK
               : SG_EXIT_UNABLE;
}

static bool read_file(const struct sg_cli *cli, const char *path, struct sg_learn_document *out,
                      struct sg_error *err)
{
    out->name = path;
    return sg_file_read(cli->arena, path, FILE_MAX_BYTES, &out->text, err);
}

/* --- a system --- */

static int learn_system(const struct sg_cli *cli, const struct options *options)
{
    struct sg_learn_document *documents =
        sg_arena_get(cli->arena, cli->word_count, sizeof *documents);
    const struct sg_learn_system from = {
        .system = sg_str_of(cli->words[1]),
        .record = sg_str_of(options->record == NULL ? "record" : options->record),
        .items = options->items,
        .documents = documents,
        .count = cli->word_count - 2};
    struct sg_str text;
    struct sg_error err;

    if (options->from != NULL || options->to != NULL)
        return sg_subcommand_misused(cli, "--from and --to go with a mapping");
    if (!sg_name_is_allowed(from.record))
        return sg_subcommand_misused(cli, SG_NAME_RULE);
    for (size_t d = 0; d < from.count; d++) {
        if (!read_file(cli, cli->words[d + 2], &documents[d], &err))
            return tell(&err);
    }
    return sg_learn_system(cli->arena, &from, &text, &err) ? write_out(text) : tell(&err);
}

/* --- a mapping --- */

/* `SYSTEM.NAME` as two texts; false when it is none. */
static bool split(const char *text, struct sg_str *system, struct sg_str *name)
{
    const char *dot = text == NULL ? NULL : strchr(text, '.');

    if (dot == NULL)
        return false;
    *system = (struct sg_str){text, (size_t)(dot - text)};
    *name = sg_str_of(dot + 1);
    return true;
}

/* The folder of the settings, or ./mappings where there are none; NULL after saying what is wrong. */
static const char *folder(const struct sg_cli *cli)
{
    const char *path;
    struct sg_error err;

    if (cli->config == NULL && !sg_settings_locate(NULL, &path, &err))
        return "mappings";
    const struct sg_settings *settings = sg_cli_settings(cli);
    return settings == NULL ? NULL : settings->mappings;
}

/* What the files say of both sides; false after saying what is missing. */
static bool find_sides(const struct sg_catalog *catalog, const struct options *options,
                       struct sg_learn_mapping *out)
{
    const struct sg_system *from = sg_catalog_system(catalog, out->from_system);
    const struct sg_system *to = sg_catalog_system(catalog, out->to_system);
    const struct sg_record *record = from == NULL ? NULL : sg_system_record(from, out->from_record);
    const struct sg_operation *operation =
        to == NULL ? NULL : sg_system_operation(to, out->to_operation);

    if (record == NULL || operation == NULL) {
        (void)fprintf(stderr, "sgbridge: there is no %s %s\n",
                      record == NULL ? "record" : "operation",
                      record == NULL ? options->from : options->to);
        return false;
    }
    out->from_zone = from->zone;
    out->to_zone = to->zone;
    out->internal = record->view.internal;
    out->internal_count = record->view.internal_count;
    out->input = operation->input;
    return true;
}

static int learn_of_sides(const struct sg_cli *cli, const struct sg_learn_mapping *from)
{
    struct sg_learn_mapping it = *from;
    struct sg_str text;
    struct sg_error err;

    if (!read_file(cli, cli->words[2], &it.from, &err) ||
        !read_file(cli, cli->words[3], &it.to, &err) ||
        !sg_learn_mapping(cli->arena, &it, &text, &err))
        return tell(&err);
    return write_out(text);
}

static int learn_mapping(const struct sg_cli *cli, const struct options *options)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_learn_mapping from = {.mapping = sg_str_of(cli->words[1])};

    if (cli->word_count != 4 || options->items != NULL || options->record != NULL)
        return sg_subcommand_misused(cli,
                                     "a mapping is learned from two files, with --from and --to");
    if (!split(options->from, &from.from_system, &from.from_record) ||
        !split(options->to, &from.to_system, &from.to_operation))
        return sg_subcommand_misused(cli, "say --from SYSTEM.RECORD and --to SYSTEM.OPERATION");
    const char *dir = folder(cli);
    if (dir == NULL)
        return SG_EXIT_UNABLE;
    struct sg_catalog *catalog =
        sg_catalog_load_systems(dir, &(struct sg_secrets){.is_read = false}, findings);
    if (catalog == NULL) {
        sg_findings_print(findings, stderr);
        (void)fprintf(stderr, "sgbridge: %s tells what may be set once its systems have no error\n",
                      dir);
        return SG_EXIT_NO;
    }
    const int code = find_sides(catalog, options, &from) ? learn_of_sides(cli, &from) : SG_EXIT_NO;
    sg_catalog_free(catalog);
    return code;
}

static int run(const struct sg_cli *cli)
{
    if (!sg_name_is_allowed(sg_str_of(cli->words[1])))
        return sg_subcommand_misused(cli, SG_NAME_RULE);
    if (strcmp(cli->words[0], "system") == 0)
        return learn_system(cli, cli->options);
    if (strcmp(cli->words[0], "mapping") == 0)
        return learn_mapping(cli, cli->options);
    return sg_subcommand_misused(cli, "a system or a mapping is learned, and no %s", cli->words[0]);
}

static const struct sg_option OPTIONS[] = {
    SG_OPTION_VALUE(struct options, items, "items", "POINTER", "system: where its records stand"),
    SG_OPTION_VALUE(struct options, record, "record", "NAME", "system: what they are called"),
    SG_OPTION_VALUE(struct options, from, "from", "SYSTEM.RECORD",
                    "mapping: what its first FILE is"),
    SG_OPTION_VALUE(struct options, to, "to", "SYSTEM.OPERATION", "mapping: what was made of it"),
    {0},
};

const struct sg_subcommand SG_SUBCOMMAND_LEARN = {
    .name = "learn",
    .group = SG_SUBCOMMAND_INTEGRATOR,
    .brief = "a first file of a system or mapping, from examples",
    .about = "Writes a system file to standard output, from JSON or XML as it was captured or\n"
             "from a WSDL; or a mapping, from a record and the input that was made of it.\n"
             "What cannot be known is marked by `# ?`: check finds each mark, no more.",
    .words = "system|mapping NAME FILE…",
    .least = 3,
    .most = WORDS_MAX,
    .exits = "0 written; 1 nothing to learn from; 69 the settings cannot be read",
    .examples = {"learn system saja page.json > mappings/systems/saja.yaml",
                 "learn mapping m case.json sent.json --from a.case --to b.send"},
    .options = OPTIONS,
    .options_size = sizeof(struct options),
    .run = run,
};
