#include "console/deadlines.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"

struct connection {
    int socket;
    int64_t ends_ms;
};

struct sg_deadlines {
    pthread_mutex_t lock; /* of all that follows */
    pthread_cond_t changed;
    pthread_t watcher;
    bool is_over;
    int max, count, allowed_ms;
    struct connection connections[];
};

/* The server's thread notices, and closes it. The lock is held: so the socket is not another's yet. */
static void shut_late_ones(struct sg_deadlines *deadlines, int64_t now_ms)
{
    for (int i = deadlines->count - 1; i >= 0; i--)
        if (now_ms >= deadlines->connections[i].ends_ms) {
            SG_LOG(WARN, "web.slow", SG_NUMBER("allowed_ms", deadlines->allowed_ms));
            (void)shutdown(deadlines->connections[i].socket, SHUT_RDWR);
            deadlines->connections[i] = deadlines->connections[--deadlines->count];
        }
}

static void wait_a_second(struct sg_deadlines *deadlines)
{
    struct timespec end;

    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec++;
    (void)pthread_cond_timedwait(&deadlines->changed, &deadlines->lock, &end);
}

static void *watch(void *owner)
{
    struct sg_deadlines *deadlines = owner;

    (void)pthread_mutex_lock(&deadlines->lock);
    while (!deadlines->is_over) {
        if (deadlines->count == 0)
            (void)pthread_cond_wait(&deadlines->changed, &deadlines->lock);
        else
            wait_a_second(deadlines);
        shut_late_ones(deadlines, sg_clock_steady_ms());
    }
    (void)pthread_mutex_unlock(&deadlines->lock);
    return NULL;
}

static bool make_condition(pthread_cond_t *condition)
{
    pthread_condattr_t steady;

    if (pthread_condattr_init(&steady) != 0)
        return false;
    const bool is_made = pthread_condattr_setclock(&steady, CLOCK_MONOTONIC) == 0 &&
                         pthread_cond_init(condition, &steady) == 0;

    (void)pthread_condattr_destroy(&steady);
    return is_made;
}

static void free_all(struct sg_deadlines *deadlines)
{
    (void)pthread_cond_destroy(&deadlines->changed);
    (void)pthread_mutex_destroy(&deadlines->lock);
    free(deadlines);
}

bool sg_deadlines_start(int max, int allowed_ms, struct sg_deadlines **out, struct sg_error *err)
{
    struct sg_deadlines *deadlines =
        calloc(1, sizeof *deadlines + (size_t)max * sizeof *deadlines->connections);

    if (deadlines == NULL || pthread_mutex_init(&deadlines->lock, NULL) != 0 ||
        !make_condition(&deadlines->changed))
        abort();
    deadlines->max = max;
    deadlines->allowed_ms = allowed_ms;
    if (pthread_create(&deadlines->watcher, NULL, watch, deadlines) != 0) {
        free_all(deadlines);
        return sg_error_set(err, SG_ERROR_TEMPORARY, (struct sg_place){0},
                            "no thread for the HTTP server");
    }
    *out = deadlines;
    return true;
}

/* Its place among those that are watched, or -1. */
static int find(const struct sg_deadlines *deadlines, int socket)
{
    for (int i = 0; i < deadlines->count; i++)
        if (deadlines->connections[i].socket == socket)
            return i;
    return -1;
}

void sg_deadlines_begin(struct sg_deadlines *deadlines, int socket)
{
    const int64_t ends_ms = sg_clock_steady_ms() + deadlines->allowed_ms;

    (void)pthread_mutex_lock(&deadlines->lock);
    if (deadlines->count < deadlines->max && find(deadlines, socket) < 0) {
        deadlines->connections[deadlines->count++] = (struct connection){socket, ends_ms};
        (void)pthread_cond_signal(&deadlines->changed);
    }
    (void)pthread_mutex_unlock(&deadlines->lock);
}

void sg_deadlines_end(struct sg_deadlines *deadlines, int socket)
{
    (void)pthread_mutex_lock(&deadlines->lock);
    const int at = find(deadlines, socket);

    if (at >= 0)
        deadlines->connections[at] = deadlines->connections[--deadlines->count];
    (void)pthread_mutex_unlock(&deadlines->lock);
}

void sg_deadlines_stop(struct sg_deadlines *deadlines)
{
    if (deadlines == NULL)
        return;
    (void)pthread_mutex_lock(&deadlines->lock);
    deadlines->is_over = true;
    (void)pthread_cond_signal(&deadlines->changed);
    (void)pthread_mutex_unlock(&deadlines->lock);
    (void)pthread_join(deadlines->watcher, NULL);
    free_all(deadlines);
}
