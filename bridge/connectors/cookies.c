#include "connectors/cookies.h"

#include <assert.h>
#include <stdlib.h>

#include <curl/curl.h>

struct sg_cookies {
    CURLSH *share;
    size_t holders;
};

struct sg_cookies *sg_cookies_new(void)
{
    struct sg_cookies *cookies = malloc(sizeof *cookies);

    if (cookies == NULL || (cookies->share = curl_share_init()) == NULL ||
        curl_share_setopt(cookies->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE) != CURLSHE_OK)
        abort(); /* only without memory */
    cookies->holders = 1;
    return cookies;
}

struct sg_cookies *sg_cookies_share(struct sg_cookies *cookies)
{
    cookies->holders++;
    return cookies;
}

void sg_cookies_free(struct sg_cookies *cookies)
{
    if (cookies == NULL || --cookies->holders > 0)
        return;
    CURLSHcode code = curl_share_cleanup(cookies->share);

    assert(code == CURLSHE_OK); /* else a handle still has it */
    free(cookies);
}

void *sg_cookies_handle(const struct sg_cookies *cookies)
{
    return cookies->share;
}
