#include "cli/filter.h"

#include "cli/moment.h"
#include "cli/typed.h"

enum { OPTIONS = 8 };

/* Each with its name. */
struct given {
    const char *name, *word;
};

static void list(const struct sg_filter_options *options, struct given given[OPTIONS])
{
    given[0] = (struct given){"system", options->system};
    given[1] = (struct given){"target", options->target};
    given[2] = (struct given){"mapping", options->mapping};
    given[3] = (struct given){"reason", options->reason};
    given[4] = (struct given){"ticket", options->ticket};
    given[5] = (struct given){"department", options->department};
    given[6] = (struct given){"since", options->since};
    given[7] = (struct given){"until", options->until};
}

static struct sg_str text_of(const char *word)
{
    return word == NULL ? (struct sg_str){0} : sg_str_of(word);
}

static bool read_time(const struct sg_cli *cli, const struct sg_settings *settings,
                      const char *name, const char *word, int64_t now_ms, int64_t *out)
{
    struct sg_error err;

    if (word == NULL ||
        sg_moment_read(cli->arena, settings->zone, now_ms, sg_str_of(word), out, &err))
        return true;
    (void)sg_subcommand_misused(cli, "--%s: %s", name, err.text);
    return false;
}

bool sg_filter_read(const struct sg_cli *cli, const struct sg_settings *settings,
                    const struct sg_filter_options *options, int64_t now_ms,
                    struct sg_failed_filter *filter)
{
    const struct sg_str reason = text_of(options->reason);

    *filter = (struct sg_failed_filter){.source = text_of(options->system),
                                        .target = text_of(options->target),
                                        .mapping = text_of(options->mapping),
                                        .ticket = text_of(options->ticket),
                                        .is_reason_whole = sg_str_starts(reason, "="),
                                        .department = text_of(options->department),
                                        .departments = settings->departments};
    filter->reason = filter->is_reason_whole ? sg_str_skip(reason, 1) : reason;
    if (options->department != NULL && settings->departments.length == 0) {
        (void)sg_subcommand_misused(cli, SG_FILTER_NO_DEPARTMENT);
        return false;
    }
    return read_time(cli, settings, "since", options->since, now_ms, &filter->since) &&
           read_time(cli, settings, "until", options->until, now_ms, &filter->until);
}

bool sg_filter_is_given(const struct sg_filter_options *options)
{
    struct given given[OPTIONS];
    bool is_any = false;

    list(options, given);
    for (size_t n = 0; n < OPTIONS; n++)
        is_any = is_any || given[n].word != NULL;
    return is_any;
}

void sg_filter_add_typed(struct sg_buffer *command, const struct sg_filter_options *options)
{
    struct given given[OPTIONS];

    list(options, given);
    for (size_t n = 0; n < OPTIONS; n++)
        sg_typed_add_option(command, given[n].name, text_of(given[n].word));
}
