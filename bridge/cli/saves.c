#include "cli/saves.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>

#include "base/clock.h"
#include "connectors/catalog.h"

enum {
    QUIET_MS = 100,
    LONGEST_MS = 2000, /* something that never stops writing is looked at now and then */
    AGAIN_MS = 1000,   /* how soon a folder that is gone is looked for */
    READ_BYTES = 4096,
};

struct sg_saves {
    const char *dir;
    int signals, events;
    bool is_gone; /* the folder itself */
};

/* A folder in it that is not there yet tells of itself by being made. Those that are watched already
 * stay so. */
static bool watch_folders(struct sg_saves *saves)
{
    const uint32_t mask = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVE | IN_DELETE_SELF |
                          IN_MOVE_SELF | IN_ONLYDIR;
    char path[PATH_MAX];

    for (size_t f = 0; f < SG_CATALOG_FOLDERS; f++) {
        (void)snprintf(path, sizeof path, "%s%s", saves->dir, SG_CATALOG_FOLDER[f].path);
        (void)inotify_add_watch(saves->events, path, mask);
    }
    saves->is_gone = inotify_add_watch(saves->events, saves->dir, mask) < 0;
    return !saves->is_gone;
}

bool sg_saves_open(const char *dir, struct sg_saves **out, struct sg_error *err)
{
    struct sg_saves *saves = calloc(1, sizeof *saves);
    sigset_t signals;

    if (saves == NULL)
        abort();
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    *saves = (struct sg_saves){.dir = dir,
                               .signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK),
                               .events = inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
    if (saves->signals < 0 || saves->events < 0 || !watch_folders(saves)) {
        (void)sg_error_errno(err, (struct sg_place){.file = dir}, "cannot be watched");
        sg_saves_close(saves);
        return false;
    }
    *out = saves;
    return true;
}

void sg_saves_close(struct sg_saves *saves)
{
    if (saves == NULL)
        return;
    sg_fd_auto(&saves->signals);
    sg_fd_auto(&saves->events);
    free(saves);
}

/* Which file it is about does not matter: the files themselves are compared. */
static void drain(const struct sg_saves *saves)
{
    char bytes[READ_BYTES];

    while (read(saves->events, bytes, sizeof bytes) > 0)
        continue;
}

bool sg_saves_wait(struct sg_saves *saves)
{
    struct pollfd fds[] = {{.fd = saves->signals, .events = POLLIN},
                           {.fd = saves->events, .events = POLLIN}};
    int timeout_ms = saves->is_gone ? AGAIN_MS : -1;
    int64_t until_ms = INT64_MAX;

    for (;;) {
        const int ready = poll(fds, sizeof fds / sizeof fds[0], timeout_ms);

        if (ready < 0)
            continue; /* stopped and continued by the shell */
        if (fds[0].revents != 0)
            return false;
        if (ready == 0 || sg_clock_steady_ms() >= until_ms)
            break;
        drain(saves);
        if (until_ms == INT64_MAX)
            until_ms = sg_clock_steady_ms() + LONGEST_MS;
        timeout_ms = QUIET_MS;
    }
    (void)watch_folders(saves);
    return true;
}
