#include "base/certificate.h"

#include <limits.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

static BIO *open_text(struct sg_str pem)
{
    BIO *text = BIO_new_mem_buf(pem.length == 0 ? "" : pem.at, sg_str_width(pem));

    if (text == NULL)
        abort(); /* no memory left */
    return text;
}

/* Nobody is there to type the password of an encrypted key. */
static int no_password(char *to, /* NOLINT(readability-non-const-parameter) */
                       int room, int is_writing, void *owner)
{
    (void)to;
    (void)room;
    (void)is_writing;
    (void)owner;
    return -1;
}

/* The caller's; NULL when there is none. libcrypto keeps a queue of what it met: nobody reads it. */
static X509 *read_certificate(struct sg_str pem)
{
    BIO *text = open_text(pem);
    X509 *certificate = PEM_read_bio_X509(text, NULL, no_password, NULL);

    (void)BIO_free(text);
    ERR_clear_error();
    return certificate;
}

static EVP_PKEY *read_key(struct sg_str pem)
{
    BIO *text = open_text(pem);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(text, NULL, no_password, NULL);

    (void)BIO_free(text);
    ERR_clear_error();
    return key;
}

bool sg_certificate_is_one(struct sg_str pem)
{
    X509 *certificate = read_certificate(pem);
    const bool is_one = certificate != NULL;

    X509_free(certificate);
    return is_one;
}

static const char *problem_of(const X509 *certificate, const EVP_PKEY *key)
{
    if (certificate == NULL)
        return "no certificate in PEM is in it";
    if (key == NULL)
        return "no private key in PEM, or an encrypted one; give it without a password";
    if (X509_check_private_key(certificate, key) != 1)
        return "it is not the key of the certificate";
    return NULL;
}

bool sg_certificate_check_key(struct sg_str cert, struct sg_str key, struct sg_error *err)
{
    X509 *certificate = read_certificate(cert);
    EVP_PKEY *private_key = read_key(key);
    const char *problem = problem_of(certificate, private_key);

    X509_free(certificate);
    EVP_PKEY_free(private_key);
    ERR_clear_error();
    return problem == NULL ||
           sg_error_set(err, SG_ERROR_INPUT, (struct sg_place){0}, "%s", problem);
}
