#include "http_server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 32, REQUEST_MAX = 16384, TICK_MS = 20, FLOOD_BYTES = 65536 };

struct connection {
    int fd; /* -1: free */
    int requests;
    bool is_trickling;
    char text[REQUEST_MAX];
    size_t length;
};

struct sg_http_server {
    enum sg_http_server_mode mode;
    int listener, port;
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    bool is_over;
    int requests, connections;
    char last[REQUEST_MAX];
    struct connection all[CONNECTIONS_MAX]; /* the thread's alone */
};

static bool send_all(const struct connection *connection, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t sent = send(connection->fd, bytes, count, MSG_NOSIGNAL);

        if (sent < 0)
            return false;
        bytes += sent;
        count -= (size_t)sent;
    }
    return true;
}

static bool send_text(const struct connection *connection, const char *text)
{
    return send_all(connection, text, strlen(text));
}

static void hang_up(struct connection *connection)
{
    (void)close(connection->fd);
    connection->fd = -1;
}

static void reset(struct connection *connection)
{
    const struct linger at_once = {.l_onoff = 1};

    (void)setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    hang_up(connection);
}

/* Until the other side has enough of it. */
static void flood(struct connection *connection, const char *start, const char *piece)
{
    static char bytes[FLOOD_BYTES];
    size_t length = strlen(piece), whole = sizeof bytes / length * length;

    for (size_t i = 0; i < whole; i++)
        bytes[i] = piece[i % length];
    if (send_text(connection, start)) {
        for (long left = 1L << 30; left > 0; left -= FLOOD_BYTES) {
            if (!send_all(connection, bytes, whole))
                break;
        }
    }
    hang_up(connection);
}

static void answer(const struct sg_http_server *server, struct connection *connection)
{
    static const char ok[] = "HTTP/1.1 200 OK\r\nX-Kind:  Good \r\nContent-Length: 2\r\n\r\nok";
    char text[200];

    switch (server->mode) {
    case SERVER_ANSWERS:
        (void)send_text(connection, ok);
        break;
    case SERVER_DROPS:
    case SERVER_SPEAKS_NO_TLS:
    case SERVER_RESETS_AT_ONCE:
        hang_up(connection);
        break;
    case SERVER_DROPS_REUSED:
        if (connection->requests > 1)
            hang_up(connection);
        else
            (void)send_text(connection, ok);
        break;
    case SERVER_BREAKS_OFF:
        (void)send_text(connection, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
        hang_up(connection);
        break;
    case SERVER_TRICKLES:
        (void)send_text(connection, "HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n");
        connection->is_trickling = true;
        break;
    case SERVER_FLOODS:
        flood(connection, "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n", "0123456789");
        break;
    case SERVER_FLOODS_UNANNOUNCED:
        flood(connection, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", "0123456789");
        break;
    case SERVER_FLOODS_HEADERS:
        flood(connection, "HTTP/1.1 200 OK\r\n", "X-Header: and another one\r\n");
        break;
    case SERVER_CONTINUES_FIRST:
        (void)send_text(connection, "HTTP/1.1 100 Continue\r\nX-Kind: interim\r\n\r\n");
        (void)send_text(connection, ok);
        break;
    case SERVER_SETS_COOKIES:
        (void)snprintf(
            text, sizeof text,
            "HTTP/1.1 200 OK\r\nSet-Cookie: sid=%d; Path=/\r\nContent-Length: 2\r\n\r\n{}",
            server->requests);
        (void)send_text(connection, text);
        break;
    case SERVER_REDIRECTS:
        (void)send_text(connection, "HTTP/1.1 307 Moved\r\nLocation: /other\r\n"
                                    "Content-Length: 0\r\n\r\n");
        break;
    }
}

/* Whether all of a request is there: its headers, and as much body as they announce. */
static bool is_whole(const struct connection *connection)
{
    const char *end = strstr(connection->text, "\r\n\r\n");
    const char *announced = strstr(connection->text, "Content-Length: ");
    size_t body = 0;

    if (end == NULL)
        return false;
    if (announced != NULL && announced < end)
        body = (size_t)strtol(announced + strlen("Content-Length: "), NULL, 10);
    return connection->length >= (size_t)(end - connection->text) + 4 + body;
}

static void take_request(struct sg_http_server *server, struct connection *connection)
{
    (void)pthread_mutex_lock(&server->lock);
    server->requests++;
    memcpy(server->last, connection->text, connection->length + 1);
    (void)pthread_mutex_unlock(&server->lock);
    connection->requests++;
    connection->length = 0;
    connection->text[0] = '\0';
    answer(server, connection);
}

static void read_some(struct sg_http_server *server, struct connection *connection)
{
    size_t room = sizeof connection->text - 1 - connection->length;
    ssize_t got = recv(connection->fd, connection->text + connection->length, room, 0);

    if (got <= 0 || server->mode == SERVER_SPEAKS_NO_TLS) {
        hang_up(connection);
        return;
    }
    connection->length += (size_t)got;
    connection->text[connection->length] = '\0';
    if (is_whole(connection))
        take_request(server, connection);
}

static void take_connection(struct sg_http_server *server)
{
    struct connection *connection = server->all;

    while (connection->fd >= 0) {
        connection++;
        assert(connection < server->all + CONNECTIONS_MAX);
    }
    memset(connection, 0, sizeof *connection);
    connection->fd = accept(server->listener, NULL, NULL);
    if (connection->fd < 0)
        return;
    (void)pthread_mutex_lock(&server->lock);
    server->connections++;
    (void)pthread_mutex_unlock(&server->lock);
    if (server->mode == SERVER_RESETS_AT_ONCE)
        reset(connection);
}

static void trickle(struct sg_http_server *server)
{
    for (size_t c = 0; c < CONNECTIONS_MAX; c++) {
        struct connection *connection = &server->all[c];

        if (connection->fd >= 0 && connection->is_trickling && !send_text(connection, "x"))
            hang_up(connection);
    }
}

static bool is_over(struct sg_http_server *server)
{
    (void)pthread_mutex_lock(&server->lock);
    bool over = server->is_over;

    (void)pthread_mutex_unlock(&server->lock);
    return over;
}

static void *serve(void *owner)
{
    struct sg_http_server *server = owner;
    struct pollfd waits[CONNECTIONS_MAX + 1];

    while (!is_over(server)) {
        for (size_t c = 0; c < CONNECTIONS_MAX; c++)
            waits[c] = (struct pollfd){.fd = server->all[c].fd, .events = POLLIN};
        waits[CONNECTIONS_MAX] = (struct pollfd){.fd = server->listener, .events = POLLIN};
        if (poll(waits, CONNECTIONS_MAX + 1, TICK_MS) == 0)
            trickle(server);
        for (size_t c = 0; c < CONNECTIONS_MAX; c++) {
            if (waits[c].fd >= 0 && waits[c].revents != 0)
                read_some(server, &server->all[c]);
        }
        if (waits[CONNECTIONS_MAX].revents != 0)
            take_connection(server);
    }
    return NULL;
}

struct sg_http_server *sg_http_server_new(enum sg_http_server_mode mode)
{
    struct sg_http_server *server = calloc(1, sizeof *server);
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t length = sizeof at;

    assert(server != NULL);
    server->mode = mode;
    for (size_t c = 0; c < CONNECTIONS_MAX; c++)
        server->all[c].fd = -1;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int failed = bind(server->listener, (struct sockaddr *)&at, sizeof at) |
                 listen(server->listener, CONNECTIONS_MAX) |
                 getsockname(server->listener, (struct sockaddr *)&at, &length) |
                 pthread_mutex_init(&server->lock, NULL) |
                 pthread_create(&server->thread, NULL, serve, server);

    assert(failed == 0);
    server->port = ntohs(at.sin_port);
    return server;
}

void sg_http_server_free(struct sg_http_server *server)
{
    (void)pthread_mutex_lock(&server->lock);
    server->is_over = true;
    (void)pthread_mutex_unlock(&server->lock);
    (void)pthread_join(server->thread, NULL);
    for (size_t c = 0; c < CONNECTIONS_MAX; c++) {
        if (server->all[c].fd >= 0)
            hang_up(&server->all[c]);
    }
    (void)close(server->listener);
    (void)pthread_mutex_destroy(&server->lock);
    free(server);
}

int sg_http_server_port(const struct sg_http_server *server)
{
    return server->port;
}

static int read_count(struct sg_http_server *server, const int *count)
{
    (void)pthread_mutex_lock(&server->lock);
    int value = *count;

    (void)pthread_mutex_unlock(&server->lock);
    return value;
}

int sg_http_server_requests(struct sg_http_server *server)
{
    return read_count(server, &server->requests);
}

int sg_http_server_connections(struct sg_http_server *server)
{
    return read_count(server, &server->connections);
}

void sg_http_server_last(struct sg_http_server *server, char *text, size_t room)
{
    (void)pthread_mutex_lock(&server->lock);
    (void)snprintf(text, room, "%s", server->last);
    (void)pthread_mutex_unlock(&server->lock);
}
