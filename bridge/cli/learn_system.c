/* sgbridge learn system: a first system file, from captured records or a WSDL. */
#include "base/file.h"
#include "base/findings.h"
#include "cli/cli.h"
#include "learn/learn.h"

enum { FILES_MAX = 1000, FILE_MAX_BYTES = 16 * 1024 * 1024 };

struct options {
    const char *items, *record;
};

static bool read_files(const struct sg_cli *cli, struct sg_learn_document *documents,
                       struct sg_error *err)
{
    for (size_t w = 1; w < cli->word_count; w++) {
        documents[w - 1].name = cli->words[w];
        if (!sg_file_read(cli->arena, cli->words[w], FILE_MAX_BYTES, &documents[w - 1].text, err))
            return false;
    }
    return true;
}

static int run(const struct sg_cli *cli)
{
    const struct options *options = cli->options;
    struct sg_learn_document *documents =
        sg_arena_get(cli->arena, cli->word_count, sizeof *documents);
    const struct sg_learn_system from = {
        .system = sg_str_of(cli->words[0]),
        .record = sg_str_of(options->record == NULL ? "record" : options->record),
        .items = options->items,
        .documents = documents,
        .count = cli->word_count - 1};
    struct sg_str text;
    struct sg_error err;

    if (!sg_learn_is_name(from.system) || !sg_learn_is_name(from.record))
        return sg_subcommand_misused(cli,
                                     "a name is of a-z, 0-9, _ and -, and starts with a letter");
    if (!read_files(cli, documents, &err) || !sg_learn_system(cli->arena, &from, &text, &err)) {
        struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();

        (void)sg_findings_add(findings, err.at, "%s", err.text);
        sg_findings_print(findings, stderr);
        return SG_EXIT_NO;
    }
    (void)fwrite(text.at, 1, text.length, stdout);
    return SG_EXIT_OK;
}

static const struct sg_option OPTIONS[] = {
    SG_OPTION_VALUE(struct options, items, "items", "POINTER", "where the list of records stands"),
    SG_OPTION_VALUE(struct options, record, "record", "NAME", "what they are called"),
    {0},
};

const struct sg_subcommand SG_SUBCOMMAND_LEARN_SYSTEM = {
    .name = "learn system",
    .group = SG_SUBCOMMAND_INTEGRATOR,
    .brief = "a first system file, from captured records or a WSDL",
    .about = "Writes a file of the system NAME to standard output: from JSON or XML as it was\n"
             "captured, a record or a page of them each, or from its WSDL. What cannot be\n"
             "known is marked by `# ?`; check finds each mark, and nothing else.",
    .words = "NAME FILE…",
    .least = 2,
    .most = FILES_MAX,
    .exits = "0 written; 1 a file cannot be read, or holds no records",
    .examples = {"learn system saja page.json > mappings/systems/saja.yaml",
                 "learn system gam cases.wsdl > mappings/systems/gam.yaml"},
    .options = OPTIONS,
    .options_size = sizeof(struct options),
    .run = run,
};
