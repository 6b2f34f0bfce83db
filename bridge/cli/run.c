/* sgbridge run: the daemon. Starts the threads, and is the loop's thread itself. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

#include <curl/curl.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/log.h"
#include "cli/submit.h"
#include "connectors/http.h"
#include "console/web.h"
#include "service/service.h"

enum { STAND_BY_MS = 200, RETRY_MS = 1000 };

/* The running daemon's parts, from the ground up. */
struct daemon {
    const struct sg_settings *settings;
    struct sg_journal_settings journal_settings;
    int signal_fd;
    bool is_stopping;
    struct sg_str user;
    struct sg_catalog *catalog; /* as last read without an error */
    struct sg_journal *journal;
    struct sg_web *web;
    struct sg_keeper *keeper; /* this and what follows: while it leads */
    struct sg_commands_reader *commands;
    struct sg_http *http;
    struct sg_service *service;
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

static bool open_journal(struct daemon *daemon, struct sg_arena *arena)
{
    const struct sg_settings *settings = daemon->settings;
    struct sg_error err;

    if (!sg_cli_journal_settings(arena, settings, stderr, &daemon->journal_settings))
        return false;
    if (mkdir(settings->state, 0750) != 0 && errno != EEXIST) {
        (void)sg_error_errno(&err, (struct sg_place){.file = settings->state}, "cannot be made");
        (void)fprintf(stderr, "%s: %s\n", settings->state, err.text);
        return false;
    }
    if (!sg_journal_open(settings->journal, &daemon->journal_settings, &daemon->journal, &err)) {
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

static void reload(struct daemon *daemon)
{
    struct sg_catalog *catalog = load_catalog(daemon->settings);

    if (catalog == NULL) {
        SG_LOG(ERROR, "mappings.refused", SG_TEXT("why", SG_STR("see the errors above")));
        return;
    }
    sg_catalog_free(daemon->catalog);
    daemon->catalog = catalog;
    if (daemon->service != NULL)
        sg_service_reload(daemon->service, catalog, sg_clock_now_ms());
}

/* The same for a person, who is told what is wrong with the files. */
static struct sg_catalog *load_again(void *owner, struct sg_arena *arena, struct sg_str *said)
{
    struct daemon *daemon = owner;
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_catalog *catalog = sg_catalog_load(
        daemon->settings->mappings, &(struct sg_secrets){.is_read = true}, true, findings);

    *said = sg_findings_text(arena, findings);
    if (catalog == NULL)
        return NULL;
    sg_catalog_free(daemon->catalog);
    daemon->catalog = catalog;
    return catalog;
}

static void heed_signals(struct daemon *daemon)
{
    struct signalfd_siginfo about;

    while (read(daemon->signal_fd, &about, sizeof about) == (ssize_t)sizeof about) {
        if (about.ssi_signo == SIGHUP) {
            reload(daemon);
        } else if (!daemon->is_stopping) {
            daemon->is_stopping = true;
            SG_LOG(INFO, "service.stopping", SG_TEXT("name", daemon->settings->name));
        }
    }
}

/* --- standing by --- */

/* Whether another try may go better; then after a while, or at once when a signal comes. */
static bool wait_to_retry(const struct daemon *daemon, const struct sg_error *err)
{
    struct pollfd signals = {.fd = daemon->signal_fd, .events = POLLIN};

    if (err->kind != SG_ERROR_TEMPORARY) {
        (void)fprintf(stderr, "%s: %s\n", err->at.file != NULL ? err->at.file : "journal",
                      err->text);
        return false;
    }
    SG_LOG(WARN, "journal.waits", SG_TEXT("why", sg_str_of(err->text)));
    (void)poll(&signals, 1, RETRY_MS);
    return true;
}

/* What is wrong with the spool, or its way to the leader, keeps nobody from leading. */
static void hand_on(const struct daemon *daemon)
{
    struct pollfd signals = {.fd = daemon->signal_fd, .events = POLLIN};
    struct sg_error err;

    if (sg_journal_hand_on(daemon->journal, &err))
        return;
    SG_LOG(WARN, "commands.wait", SG_TEXT("why", sg_str_of(err.text)));
    (void)poll(&signals, 1, RETRY_MS);
}

/* Until it leads, or is to stop; false when it never will lead. */
static bool stand_by(struct daemon *daemon)
{
    bool leads = false;
    struct sg_error err;

    while (!leads && !daemon->is_stopping) {
        if (!sg_journal_lead(daemon->journal, sg_clock_now_ms(), STAND_BY_MS, &leads, &err)) {
            if (!wait_to_retry(daemon, &err))
                return false;
        } else if (!leads) {
            hand_on(daemon);
        }
        heed_signals(daemon);
    }
    return true;
}

/* --- leading --- */

static void tell_started(const struct daemon *daemon)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();

    SG_LOG(INFO, "service.started", SG_TEXT("name", daemon->settings->name),
           SG_NUMBER("port", sg_web_port(daemon->web)), SG_NUMBER("pid", getpid()));
    sg_service_fact(daemon->service, "started",
                    sg_str_format(arena, "%" PRId64, sg_clock_now_ms()));
    sg_service_fact(daemon->service, "pid", sg_str_format(arena, "%d", (int)getpid()));
}

static void start(struct daemon *daemon)
{
    const struct sg_keeper_settings keeper = {.dir = daemon->settings->state,
                                              .reserve_bytes = daemon->settings->reserve_bytes};
    struct sg_error err;

    if (!sg_journal_open_commands(daemon->journal, &daemon->commands, &err))
        SG_LOG(ERROR, "commands.unread", SG_TEXT("why", sg_str_of(err.text)));
    daemon->keeper = sg_keeper_new(daemon->journal, &keeper);
    daemon->http = sg_http_new();
    daemon->service =
        sg_service_new(&(struct sg_service_setup){.settings = daemon->settings,
                                                  .keeper = daemon->keeper,
                                                  .transport = sg_http_transport(daemon->http),
                                                  .commands = daemon->commands,
                                                  .load = load_again,
                                                  .load_owner = daemon,
                                                  .user = daemon->user},
                       daemon->catalog, sg_clock_now_ms());
    sg_keeper_start(daemon->keeper);
    sg_web_attach(daemon->web, daemon->service, daemon->keeper);
    tell_started(daemon);
}

/* True when it must end: to stop, or because another instance leads now. */
static bool is_over(struct daemon *daemon)
{
    if (!sg_keeper_has_lost(daemon->keeper))
        return daemon->is_stopping;
    sg_http_give_up(daemon->http); /* their ends could not be written */
    return true;
}

/* Runs until it is over, and then until all that was begun has ended. */
static void loop(struct daemon *daemon)
{
    const int fds[] = {daemon->signal_fd, sg_keeper_fd(daemon->keeper),
                       sg_service_fd(daemon->service)};
    bool is_ending = false;

    while (!is_ending || !sg_service_is_still(daemon->service)) {
        int64_t now_ms = sg_clock_now_ms();
        int64_t wake_ms = sg_service_run(daemon->service, now_ms);

        if (is_ending && sg_service_is_still(daemon->service))
            break;
        sg_http_run(daemon->http, fds, 3, wake_ms > now_ms ? wake_ms - now_ms : 0);
        heed_signals(daemon);
        if (is_over(daemon) && !is_ending) {
            is_ending = true;
            sg_service_stop(daemon->service);
        }
    }
}

static void stop(struct daemon *daemon)
{
    sg_web_detach(daemon->web);
    sg_keeper_stop(daemon->keeper);
    sg_service_free(daemon->service);
    sg_commands_reader_close(daemon->commands);
    sg_http_free(daemon->http);
    sg_keeper_free(daemon->keeper);
    daemon->service = NULL;
    daemon->commands = NULL;
}

/* Leads when it may, stands by when it may not, until it is to stop. */
static bool live(struct daemon *daemon)
{
    while (!daemon->is_stopping) {
        if (!stand_by(daemon))
            return false;
        if (daemon->is_stopping)
            break;
        start(daemon);
        loop(daemon);
        stop(daemon);
    }
    SG_LOG(INFO, "service.stopped", SG_TEXT("name", daemon->settings->name));
    return true;
}

static bool begin(struct daemon *daemon, struct sg_arena *arena)
{
    struct sg_error err;

    daemon->catalog = load_catalog(daemon->settings);
    if (daemon->catalog == NULL || !open_journal(daemon, arena))
        return false;
    return sg_web_start(daemon->settings, &daemon->web, &err) ||
           (fprintf(stderr, "sgbridge: %s\n", err.text), false);
}

static int run(const struct sg_cli *cli)
{
    struct daemon daemon = {.settings = sg_cli_settings(cli),
                            .signal_fd = take_signals(),
                            .user = sg_submit_who(cli->arena)};

    if (daemon.settings == NULL || daemon.signal_fd < 0)
        return SG_EXIT_UNABLE;
    sg_log_set_level(daemon.settings->log);
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    bool is_good = begin(&daemon, cli->arena) && live(&daemon);
    sg_web_stop(daemon.web);
    sg_journal_close(daemon.journal);
    sg_catalog_free(daemon.catalog);
    curl_global_cleanup();
    return is_good ? SG_EXIT_OK : SG_EXIT_UNABLE;
}

const struct sg_subcommand SG_SUBCOMMAND_RUN = {
    .name = "run",
    .group = SG_SUBCOMMAND_SERVICE,
    .brief = "the daemon, until SIGTERM; SIGHUP reloads mappings",
    .about = "The daemon. SIGTERM and SIGINT stop it when running calls have ended; SIGHUP\n"
             "puts mappings, systems and look-ups in force anew, whole or not at all.\n"
             "What waits for a mapping that no file gives stays, under an alarm.\n"
             "With a journal in Kafka it stands by while another instance leads.",
    .exits = "0 it was stopped; 69 it cannot run",
    .run = run,
};
