/** A server on loopback that asks who calls: TLS with a client's certificate; and certificates to try. */
#ifndef SG_TESTS_TLS_SERVER_H
#define SG_TESTS_TLS_SERVER_H

#include <stddef.h>

/** Makes a key and its own certificate, of 127.0.0.1, valid for a day: `cert` and `key` are paths. */
void sg_tls_server_make(const char *cert, const char *key);

struct sg_tls_server;

/** Shows `cert`, and lets in only who shows the certificate `client`. All are paths. */
struct sg_tls_server *sg_tls_server_new(const char *cert, const char *key, const char *client);
void sg_tls_server_free(struct sg_tls_server *server);

int sg_tls_server_port(const struct sg_tls_server *server);

/** How many requests came from somebody who was let in. Only after the calls have ended. */
int sg_tls_server_requests(const struct sg_tls_server *server);

#endif
