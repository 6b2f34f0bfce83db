/* sgbridge run: the daemon. Starts the threads, and is the loop's thread itself. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

#include <curl/curl.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/log.h"
#include "cli/cli.h"
#include "connectors/http.h"
#include "console/web.h"
#include "mapping/zone.h"
#include "service/service.h"

/* The running daemon's parts, from the ground up. */
struct daemon {
    const struct sg_settings *settings;
    struct sg_journal *journal;
    struct sg_keeper *keeper;
    struct sg_http *http;
    struct sg_service *service;
    struct sg_web *web;
    int signal_fd;
};

static struct sg_catalog *load_catalog(const struct sg_settings *settings)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_catalog *catalog =
        sg_catalog_load(settings->mappings, &(struct sg_secrets){.is_read = true}, true, findings);

    if (catalog == NULL)
        sg_findings_print(findings, stderr);
    return catalog;
}

static bool open_journal(struct daemon *daemon, int64_t now_ms)
{
    const struct sg_settings *settings = daemon->settings;
    const struct sg_journal_settings journal = {.dir = settings->state,
                                                .name = settings->name,
                                                .day_offset_ms =
                                                    sg_zone_offset_ms(settings->zone, now_ms),
                                                .keep_ms = settings->keep_ms};
    struct sg_error err;

    if (mkdir(settings->state, 0750) != 0 && errno != EEXIST) {
        (void)sg_error_errno(&err, (struct sg_place){.file = settings->state}, "cannot be made");
        (void)fprintf(stderr, "%s: %s\n", settings->state, err.text);
        return false;
    }
    if (!sg_journal_open(settings->journal, &journal, now_ms, &daemon->journal, &err)) {
        (void)fprintf(stderr, "%s: %s\n", err.at.file != NULL ? err.at.file : settings->state,
                      err.text);
        return false;
    }
    return true;
}

/* Before any thread begins, so that none of them is interrupted. */
static int take_signals(void)
{
    sigset_t signals;

    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void reload(const struct daemon *daemon)
{
    struct sg_catalog *catalog = load_catalog(daemon->settings);

    if (catalog == NULL) {
        SG_LOG(ERROR, "mappings.refused", SG_TEXT("why", SG_STR("see the errors above")));
        return;
    }
    sg_service_reload(daemon->service, catalog, sg_clock_now_ms());
    sg_catalog_free(catalog);
}

/* True when the daemon is to stop. */
static bool heed_signals(const struct daemon *daemon)
{
    struct signalfd_siginfo about;
    bool stops = false;

    while (read(daemon->signal_fd, &about, sizeof about) == (ssize_t)sizeof about) {
        if (about.ssi_signo == SIGHUP)
            reload(daemon);
        else
            stops = true;
    }
    return stops;
}

/* Runs until told to stop, and then until all that was begun has ended. */
static void loop(const struct daemon *daemon)
{
    const int fds[] = {daemon->signal_fd, sg_keeper_fd(daemon->keeper)};
    bool is_stopping = false;

    while (!is_stopping || !sg_service_is_still(daemon->service)) {
        int64_t now_ms = sg_clock_now_ms();
        int64_t wake_ms = sg_service_run(daemon->service, now_ms);

        if (is_stopping && sg_service_is_still(daemon->service))
            break;
        sg_http_run(daemon->http, fds, 2, wake_ms > now_ms ? wake_ms - now_ms : 0);
        if (heed_signals(daemon) && !is_stopping) {
            is_stopping = true;
            SG_LOG(INFO, "service.stopping", SG_TEXT("name", daemon->settings->name));
            sg_service_stop(daemon->service);
        }
    }
}

static bool start(struct daemon *daemon, struct sg_catalog *catalog)
{
    const struct sg_keeper_settings keeper = {.dir = daemon->settings->state,
                                              .reserve_bytes = daemon->settings->reserve_bytes};
    struct sg_error err;

    daemon->keeper = sg_keeper_new(daemon->journal, &keeper);
    daemon->http = sg_http_new();
    daemon->service = sg_service_new(&(struct sg_service_setup){daemon->settings, daemon->keeper,
                                                                sg_http_transport(daemon->http)},
                                     catalog, sg_clock_now_ms());
    sg_keeper_start(daemon->keeper);
    if (!sg_web_start(&(struct sg_web_setup){daemon->settings, daemon->service, daemon->keeper},
                      &daemon->web, &err)) {
        (void)fprintf(stderr, "sgbridge: %s\n", err.text);
        return false;
    }
    return true;
}

static void stop(struct daemon *daemon)
{
    sg_web_stop(daemon->web);
    sg_keeper_stop(daemon->keeper);
    sg_service_free(daemon->service);
    sg_http_free(daemon->http);
    sg_keeper_free(daemon->keeper);
    sg_journal_close(daemon->journal);
}

static void tell_started(const struct daemon *daemon)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    SG_LOG(INFO, "service.started", SG_TEXT("name", daemon->settings->name),
           SG_NUMBER("port", sg_web_port(daemon->web)), SG_NUMBER("pid", getpid()));
    sg_service_fact(daemon->service, "started",
                    sg_str_format(arena, "%" PRId64, sg_clock_now_ms()));
    sg_service_fact(daemon->service, "pid", sg_str_format(arena, "%d", (int)getpid()));
}

int sg_cli_run(const struct sg_cli *cli)
{
    struct daemon daemon = {.settings = sg_cli_settings(cli), .signal_fd = take_signals()};

    if (daemon.settings == NULL || daemon.signal_fd < 0)
        return SG_EXIT_UNABLE;
    sg_log_set_level(daemon.settings->log);
    struct sg_catalog *catalog = load_catalog(daemon.settings);
    if (catalog == NULL || !open_journal(&daemon, sg_clock_now_ms())) {
        sg_catalog_free(catalog);
        return SG_EXIT_UNABLE;
    }
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    bool is_started = start(&daemon, catalog);
    sg_catalog_free(catalog);
    if (is_started) {
        tell_started(&daemon);
        loop(&daemon);
        SG_LOG(INFO, "service.stopped", SG_TEXT("name", daemon.settings->name));
    }
    stop(&daemon);
    curl_global_cleanup();
    return is_started ? SG_EXIT_OK : SG_EXIT_UNABLE;
}
