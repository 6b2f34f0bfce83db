/* sgbridge watch [DIR]: what `check` says of the files, again with every save. */
#include <stdlib.h>
#include <time.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/saves.h"
#include "cli/screen.h"
#include "cli/snapshot.h"
#include "connectors/catalog.h"
#include "mapping/zone.h"

#define CLEAR "\033[H\033[2J"
#define GREEN "\033[32m"
#define RED   "\033[31m"
#define PLAIN "\033[0m"

enum { OTHER_LINES = 8 }; /* of the screen, beside findings */

/* One look at the files. */
struct run {
    struct sg_arena *arena; /* of all that follows; NULL: there was none yet */
    struct sg_snapshot files;
    struct sg_findings *findings;
    struct sg_catalog_counts counts;
    struct sg_str *texts; /* of the findings without their lines, which move, sorted */
    size_t count;
};

static void end_run(struct run *run)
{
    if (run->arena == NULL)
        return;
    sg_findings_free(run->findings);
    sg_arena_free(run->arena);
    *run = (struct run){0};
}

/* --- what is new --- */

static struct sg_str text_of(struct sg_arena *arena, const struct sg_finding *finding)
{
    struct sg_finding without = *finding;

    without.at.line = 0;
    return sg_finding_text(arena, &without);
}

static int by_bytes(const void *a, const void *b)
{
    return sg_str_compare(*(const struct sg_str *)a, *(const struct sg_str *)b);
}

static bool has_text(const struct run *run, struct sg_str text)
{
    return run->count > 0 && bsearch(&text, run->texts, run->count, sizeof text, by_bytes) != NULL;
}

static void gather_texts(struct run *run)
{
    const struct sg_finding *findings = sg_findings_sorted(run->findings, &run->count);

    run->texts = sg_arena_get(run->arena, run->count, sizeof *run->texts);
    for (size_t i = 0; i < run->count; i++)
        run->texts[i] = text_of(run->arena, &findings[i]);
    qsort(run->texts, run->count, sizeof *run->texts, by_bytes);
}

/* How many of what was found before are gone. */
static size_t count_mended(const struct run *before, const struct run *now)
{
    size_t mended = 0;

    for (size_t i = 0; i < before->count; i++)
        mended += !has_text(now, before->texts[i]);
    return mended;
}

/* --- showing it --- */

struct watch {
    const char *dir;
    const struct sg_zone *zone; /* of the times shown; NULL: the machine's */
    struct run before, now;
    struct sg_screen screen; /* in the arena of `now` */
    size_t room;             /* lines that are left for findings */
    size_t left_out;
};

static void print_finding(struct watch *watch, const struct sg_finding *finding)
{
    if (watch->room == 0) {
        watch->left_out++;
        return;
    }
    watch->room--;
    sg_screen_paragraph(&watch->screen, "", 4, sg_finding_text(watch->now.arena, finding));
}

/* Errors before warnings; with a head only where something was found before. */
static void print_findings(struct watch *watch, bool is_new, const char *head)
{
    const struct run *now = &watch->now, *before = &watch->before;
    size_t count = 0;
    const struct sg_finding *findings = sg_findings_sorted(now->findings, &count);
    bool is_headed = before->count == 0;

    for (int warning = 0; warning <= 1; warning++) {
        for (size_t i = 0; i < count; i++) {
            if (findings[i].is_warning != (warning == 1) ||
                has_text(before, text_of(now->arena, &findings[i])) == is_new)
                continue;
            if (!is_headed)
                (void)puts(head);
            is_headed = true;
            print_finding(watch, &findings[i]);
        }
    }
}

/* What the clock shows now. */
static void write_clock(const struct sg_zone *zone, char (*clock)[sizeof "14:03:22"])
{
    const int64_t now_ms = sg_clock_now_ms();
    const int64_t shown_ms = zone == NULL ? now_ms : now_ms + sg_zone_offset_ms(zone, now_ms);
    const time_t at = shown_ms / 1000;
    struct tm parts;

    (void)(zone == NULL ? localtime_r(&at, &parts) : gmtime_r(&at, &parts));
    (void)strftime(*clock, sizeof *clock, "%H:%M:%S", &parts);
}

static void print_sum(const struct watch *watch)
{
    const struct run *now = &watch->now;
    const size_t errors = sg_findings_errors(now->findings), warnings = now->count - errors;
    const bool is_terminal = watch->screen.width > 0;
    struct sg_buffer sum = {.arena = now->arena};
    char clock[sizeof "14:03:22"];

    sg_buffer_add(&sum, sg_str_counted(now->arena, now->counts.passed, "test"));
    sg_buffer_add(&sum, SG_STR(" passed, "));
    sg_buffer_add(&sum, sg_str_counted(now->arena, errors, "error"));
    if (warnings > 0) {
        sg_buffer_add(&sum, SG_STR(", "));
        sg_buffer_add(&sum, sg_str_counted(now->arena, warnings, "warning"));
    }
    write_clock(watch->zone, &clock);
    (void)printf("%s%s at %s%s\n", is_terminal ? errors > 0 ? RED : GREEN : "", sg_buffer_c(&sum),
                 clock, is_terminal ? PLAIN : "");
}

static void print_run(struct watch *watch, struct sg_str changes)
{
    const size_t mended = count_mended(&watch->before, &watch->now);

    watch->screen = sg_screen_of(watch->now.arena, stdout);
    watch->room = SIZE_MAX;
    watch->left_out = 0;
    if (watch->screen.width > 0) {
        const int height = sg_screen_height(stdout);

        watch->room = height > OTHER_LINES ? (size_t)(height - OTHER_LINES) : 1;
        (void)fputs(CLEAR, stdout);
    }
    if (watch->before.arena != NULL)
        sg_screen_paragraph(&watch->screen, "changed: ", 4, changes);
    print_findings(watch, true, "not so before:");
    print_findings(watch, false, "as before:");
    if (watch->left_out > 0)
        (void)printf("and %zu more, as sgbridge check shows\n", watch->left_out);
    if (mended > 0)
        (void)printf("mended: %zu\n", mended);
    print_sum(watch);
    (void)fflush(stdout);
}

/* --- looking --- */

/* Checks the files when they are not those that were looked at last. */
static void look(struct watch *watch)
{
    struct run *now = &watch->now;

    *now = (struct run){.arena = sg_arena_new()};
    now->files = sg_snapshot_take(now->arena, watch->dir);
    const struct sg_str changes =
        sg_snapshot_changes(now->arena, &watch->before.files, &now->files);
    now->findings = sg_findings_new();
    if (watch->before.arena != NULL && changes.length == 0) {
        end_run(now);
        return;
    }
    sg_catalog_free(sg_catalog_check(watch->dir, &(struct sg_secrets){.is_read = false},
                                     now->findings, &now->counts));
    gather_texts(now);
    print_run(watch, changes);
    end_run(&watch->before);
    watch->before = *now;
}

/* Also where the folder was named: then the settings are asked for no more than this, and need not
 * be there. */
static const struct sg_zone *find_zone(const struct sg_cli *cli, const struct sg_settings *settings)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_error err;
    const char *path;

    if (settings == NULL && sg_settings_locate(NULL, &path, &err))
        settings = sg_settings_read(cli->arena, path, findings);
    return settings == NULL ? NULL : settings->zone;
}

static int run(const struct sg_cli *cli)
{
    const char *named = cli->word_count > 0 ? cli->words[0] : NULL;
    const struct sg_settings *settings = NULL;
    struct watch watch = {0};
    struct sg_saves *saves = NULL;
    struct sg_error err;

    if (!sg_cli_find_settings(cli, named != NULL, &settings))
        return SG_EXIT_UNABLE;
    watch.dir = sg_cli_mappings(named, settings);
    watch.zone = find_zone(cli, settings);
    if (!sg_saves_open(watch.dir, &saves, &err)) {
        (void)fprintf(stderr, "%s: %s\n", watch.dir, err.text);
        return SG_EXIT_UNABLE;
    }
    do {
        look(&watch);
    } while (sg_saves_wait(saves));
    end_run(&watch.before);
    sg_saves_close(saves);
    return SG_EXIT_OK;
}

const struct sg_subcommand SG_SUBCOMMAND_WATCH = {
    .name = "watch",
    .group = SG_SUBCOMMAND_INTEGRATOR,
    .brief = "the same with every save, until Ctrl-C",
    .about = "Says what `check` says of the files under DIR (else the settings' `mappings`),\n"
             "and says it again whenever one is saved, made or removed: what is newly wrong\n"
             "comes first. Its time is that of the settings' zone; without any, the machine's.\n"
             "Ctrl-C ends it.",
    .words = "[DIR]",
    .most = 1,
    .exits = "0 it was ended; 69 the folder cannot be watched",
    .examples = {"watch mappings"},
    .run = run,
};
