#include "base/hash.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

struct sg_hmac {
    EVP_MAC_CTX *keyed; /* taken up again for each message */
};

/* libcrypto looks an algorithm up each time unless it is kept: half of what a short text costs. */
static EVP_MD *sha256, *sha1; /* set once */

static void fetch(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    if (sha256 == NULL || sha1 == NULL)
        abort(); /* libcrypto without them, or without memory */
}

static void fetch_once(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)pthread_once(&once, fetch);
}

struct sg_sha256 sg_sha256_of(struct sg_str bytes)
{
    struct sg_sha256 sum;

    fetch_once();
    if (EVP_Digest(bytes.at, bytes.length, sum.bytes, NULL, sha256, NULL) != 1)
        abort(); /* only without memory */
    return sum;
}

void sg_sha1_of(struct sg_str bytes, unsigned char out[20])
{
    fetch_once();
    if (EVP_Digest(bytes.at, bytes.length, out, NULL, sha1, NULL) != 1)
        abort();
}

struct sg_hmac *sg_hmac_new(const char *hash, struct sg_str key)
{
    char digest[16];

    if (strcmp(hash, "sha1") != 0 && strcmp(hash, "sha256") != 0 && strcmp(hash, "sha512") != 0)
        return NULL;
    (void)snprintf(digest, sizeof digest, "%s", hash);

    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    struct sg_hmac *hmac = malloc(sizeof *hmac);
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0),
                           OSSL_PARAM_construct_end()};

    if (mac == NULL || hmac == NULL || (hmac->keyed = EVP_MAC_CTX_new(mac)) == NULL ||
        EVP_MAC_init(hmac->keyed, (const unsigned char *)key.at, key.length, params) != 1)
        abort();
    EVP_MAC_free(mac);
    return hmac;
}

void sg_hmac_free(struct sg_hmac *hmac)
{
    if (hmac == NULL)
        return;
    EVP_MAC_CTX_free(hmac->keyed);
    free(hmac);
}

size_t sg_hmac_of(struct sg_hmac *hmac, const struct sg_str *parts, size_t count,
                  unsigned char out[SG_HASH_MAX_BYTES])
{
    size_t length = 0;

    if (EVP_MAC_init(hmac->keyed, NULL, 0, NULL) != 1)
        abort();
    for (size_t p = 0; p < count; p++) {
        if (EVP_MAC_update(hmac->keyed, (const unsigned char *)parts[p].at, parts[p].length) != 1)
            abort();
    }
    if (EVP_MAC_final(hmac->keyed, out, &length, SG_HASH_MAX_BYTES) != 1)
        abort();
    return length;
}

bool sg_hash_equal(struct sg_str a, struct sg_str b)
{
    return a.length == b.length && (a.length == 0 || CRYPTO_memcmp(a.at, b.at, a.length) == 0);
}

/* FNV-1a, and MurmurHash3's end, so that every bit of the result depends on every byte. */
uint64_t sg_hash64(struct sg_str bytes)
{
    uint64_t hash = 0xcbf29ce484222325U;

    for (size_t i = 0; i < bytes.length; i++)
        hash = (hash ^ (unsigned char)bytes.at[i]) * 0x100000001b3U;
    hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdU;
    hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53U;
    return hash ^ hash >> 33;
}

void sg_random(void *bytes, size_t count)
{
    assert(count <= 1024);
    if (RAND_bytes(bytes, (int)count) != 1)
        abort();
}

struct sg_str sg_hex(struct sg_arena *arena, struct sg_str bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *text = sg_arena_get(arena, bytes.length, 2);

    for (size_t i = 0; i < bytes.length; i++) {
        text[2 * i] = digits[(unsigned char)bytes.at[i] >> 4];
        text[2 * i + 1] = digits[(unsigned char)bytes.at[i] & 15];
    }
    return (struct sg_str){text, 2 * bytes.length};
}

static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
enum { BASE64_LETTERS = sizeof BASE64 - 1 };

struct sg_str sg_base64(struct sg_arena *arena, struct sg_str bytes)
{
    char *text = sg_arena_get(arena, bytes.length / 3 + 1, 4);
    char *to = text;

    for (size_t i = 0; i < bytes.length; i += 3) {
        size_t left = bytes.length - i;
        unsigned three = (unsigned)(unsigned char)bytes.at[i] << 16;

        three |= left > 1 ? (unsigned)(unsigned char)bytes.at[i + 1] << 8 : 0;
        three |= left > 2 ? (unsigned char)bytes.at[i + 2] : 0;
        *to++ = BASE64[three >> 18];
        *to++ = BASE64[three >> 12 & 63];
        *to++ = (char)(left > 1 ? BASE64[three >> 6 & 63] : '=');
        *to++ = (char)(left > 2 ? BASE64[three & 63] : '=');
    }
    return (struct sg_str){text, (size_t)(to - text)};
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

bool sg_base64_decode(struct sg_arena *arena, struct sg_str text, struct sg_str *bytes)
{
    unsigned char *out = sg_arena_get(arena, text.length / 4 + 1, 3);
    size_t length = 0, letters = 0, padding = 0;
    unsigned bits = 0;

    for (size_t i = 0; i < text.length; i++) {
        if (is_space(text.at[i]))
            continue;
        if (text.at[i] == '=') {
            padding++;
            continue;
        }
        const char *found = memchr(BASE64, text.at[i], BASE64_LETTERS);
        if (found == NULL || padding > 0)
            return false;
        bits = bits << 6 | (unsigned)(found - BASE64);
        if (++letters % 4 != 1)
            out[length++] = (unsigned char)(bits >> (6 - 2 * ((letters - 1) % 4)));
    }
    if (letters % 4 == 1 || padding > 2 || (padding > 0 && (letters + padding) % 4 != 0))
        return false;
    *bytes = (struct sg_str){(const char *)out, length};
    return true;
}
