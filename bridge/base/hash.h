/** SHA-256 (FIPS 180-4) and HMAC (RFC 2104), by libcrypto; and how bytes are written as text. */
#ifndef SG_BASE_HASH_H
#define SG_BASE_HASH_H

#include <stdint.h>

#include "base/arena.h"
#include "base/scope.h"
#include "base/str.h"

enum { SG_SHA256_BYTES = 32, SG_HASH_MAX_BYTES = 64 };

struct sg_sha256 {
    unsigned char bytes[SG_SHA256_BYTES];
};

struct sg_sha256 sg_sha256_of(struct sg_str bytes);

/** A key's HMAC, kept ready: making it costs three times what one use does. One thread at a time. */
struct sg_hmac;

/** `hash` is sha1, sha256 or sha512; NULL for any other. The key is copied. */
struct sg_hmac *sg_hmac_new(const char *hash, struct sg_str key);
void sg_hmac_free(struct sg_hmac *hmac);
SG_AUTO_FREE(sg_hmac)

/** The HMAC of the parts put one after the other; gives how many bytes of `out` it fills. */
size_t sg_hmac_of(struct sg_hmac *hmac, const struct sg_str *parts, size_t count,
                  unsigned char out[SG_HASH_MAX_BYTES]);

/** SHA-1, for what a standard asks it of (WS-Security's password digest). */
void sg_sha1_of(struct sg_str bytes, unsigned char out[20]);

/** Takes the same time wherever the two differ. */
bool sg_hash_equal(struct sg_str a, struct sg_str b);

/** A fast 64-bit hash of bytes, the same on every machine and for ever: shapes are kept. */
uint64_t sg_hash64(struct sg_str bytes);

/** `count` bytes no one can foretell. */
void sg_random(void *bytes, size_t count);

/** Lower-case hexadecimal. */
struct sg_str sg_hex(struct sg_arena *arena, struct sg_str bytes);

/** Base64 (RFC 4648, section 4), with padding and no line ends. */
struct sg_str sg_base64(struct sg_arena *arena, struct sg_str bytes);

/** The other way; white space is passed over. False where it is no base64. */
SG_MUST_USE bool sg_base64_decode(struct sg_arena *arena, struct sg_str text, struct sg_str *bytes);

#endif
