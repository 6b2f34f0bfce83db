#include "tls_server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

enum { DAY_SECONDS = 24 * 3600, REQUEST_MAX = 4096 };

struct sg_tls_server {
    SSL_CTX *context;
    int listener, port;
    pthread_t thread;
    atomic_int requests;
};

/* --- certificates --- */

static void name_it(X509 *certificate)
{
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_EXTENSION *address = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");

    assert(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"sgbridge",
                                      -1, -1, 0) == 1);
    assert(X509_set_issuer_name(certificate, name) == 1);
    assert(address != NULL && X509_add_ext(certificate, address, -1) == 1);
    X509_EXTENSION_free(address);
}

static void write_pem(const char *path, const X509 *certificate, const EVP_PKEY *key)
{
    FILE *file = fopen(path, "we");

    assert(file != NULL);
    if (certificate != NULL)
        assert(PEM_write_X509(file, certificate) == 1);
    if (key != NULL)
        assert(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1);
    assert(fclose(file) == 0);
}

void sg_tls_server_make(const char *cert, const char *key)
{
    EVP_PKEY *pair = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();

    assert(pair != NULL && certificate != NULL);
    assert(X509_set_version(certificate, X509_VERSION_3) == 1);
    assert(ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1);
    assert(X509_gmtime_adj(X509_getm_notBefore(certificate), 0) != NULL);
    assert(X509_gmtime_adj(X509_getm_notAfter(certificate), DAY_SECONDS) != NULL);
    assert(X509_set_pubkey(certificate, pair) == 1);
    name_it(certificate);
    assert(X509_sign(certificate, pair, EVP_sha256()) > 0);
    write_pem(cert, certificate, NULL);
    write_pem(key, NULL, pair);
    X509_free(certificate);
    EVP_PKEY_free(pair);
}

/* --- the server --- */

static void talk(struct sg_tls_server *server, SSL *tls)
{
    static const char ok[] = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";
    char request[REQUEST_MAX];

    if (SSL_accept(tls) != 1 || SSL_read(tls, request, sizeof request) <= 0)
        return;
    atomic_fetch_add(&server->requests, 1);
    (void)SSL_write(tls, ok, (int)sizeof ok - 1);
    (void)SSL_shutdown(tls);
}

/* One connection after the other, until the listener is shut down. */
static void *serve(void *owner)
{
    struct sg_tls_server *server = owner;
    int fd;

    while ((fd = accept(server->listener, NULL, NULL)) >= 0) {
        SSL *tls = SSL_new(server->context);

        assert(tls != NULL && SSL_set_fd(tls, fd) == 1);
        talk(server, tls);
        SSL_free(tls);
        (void)close(fd);
    }
    return NULL;
}

struct sg_tls_server *sg_tls_server_new(const char *cert, const char *key, const char *client)
{
    struct sg_tls_server *server = calloc(1, sizeof *server);
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t length = sizeof at;

    assert(server != NULL);
    server->context = SSL_CTX_new(TLS_server_method());
    assert(server->context != NULL);
    assert(SSL_CTX_use_certificate_file(server->context, cert, SSL_FILETYPE_PEM) == 1);
    assert(SSL_CTX_use_PrivateKey_file(server->context, key, SSL_FILETYPE_PEM) == 1);
    assert(SSL_CTX_load_verify_file(server->context, client) == 1);
    SSL_CTX_set_verify(server->context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int failed = bind(server->listener, (struct sockaddr *)&at, sizeof at) |
                 listen(server->listener, 1) |
                 getsockname(server->listener, (struct sockaddr *)&at, &length) |
                 pthread_create(&server->thread, NULL, serve, server);

    assert(failed == 0);
    server->port = ntohs(at.sin_port);
    return server;
}

void sg_tls_server_free(struct sg_tls_server *server)
{
    (void)shutdown(server->listener, SHUT_RDWR); /* ends its accept() */
    (void)pthread_join(server->thread, NULL);
    (void)close(server->listener);
    SSL_CTX_free(server->context);
    free(server);
}

int sg_tls_server_port(const struct sg_tls_server *server)
{
    return server->port;
}

int sg_tls_server_requests(const struct sg_tls_server *server)
{
    return atomic_load(&server->requests);
}
