#include "connectors/url.h"

#include <stdlib.h>

#include <curl/curl.h>

#include "base/buffer.h"
#include "mapping/persian.h"
#include "tree/utf8.h"

enum { URL_MAX = 8192 };

static void sg_url_auto(CURLU **url)
{
    curl_url_cleanup(*url);
}

/* Whether this part of both is the same; libcurl gives schemes in lower case, and default ports. */
static bool is_same_part(CURLU *a, CURLU *b, CURLUPart part)
{
    char *of_a = NULL, *of_b = NULL;
    bool is_same = curl_url_get(a, part, &of_a, CURLU_DEFAULT_PORT) == CURLUE_OK &&
                   curl_url_get(b, part, &of_b, CURLU_DEFAULT_PORT) == CURLUE_OK &&
                   curl_strequal(of_a, of_b) != 0;

    curl_free(of_a);
    curl_free(of_b);
    return is_same;
}

static bool has_part(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK;

    curl_free(text);
    return has;
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("/.-_?&=~", c) != NULL);
}

/* Whether `url` is below the system's own, and libcurl would write it as it stands: nearly all are,
 * and this costs a hundredth of asking it. */
static bool is_plainly_below(struct sg_str root, struct sg_str url)
{
    if (url.length <= root.length || url.length > URL_MAX || !sg_url_is_whole(root) ||
        memchr(root.at, '@', root.length) != NULL || memcmp(url.at, root.at, root.length) != 0 ||
        url.at[root.length] != '/')
        return false;
    for (size_t i = root.length; i < url.length; i++) {
        const bool is_dot_segment = url.at[i] == '.' && url.at[i - 1] == '/';

        if (!is_plain(url.at[i]) || is_dot_segment)
            return false;
    }
    return true;
}

static bool resolve(struct sg_arena *arena, struct sg_str root, struct sg_str url,
                    struct sg_str *out)
{
    CURLU *base SG_AUTO(sg_url) = curl_url();
    CURLU *found SG_AUTO(sg_url) = curl_url();
    const char *start = sg_str_c(arena, root);
    char *whole = NULL;

    if (base == NULL || found == NULL)
        abort(); /* no memory left */
    if (url.length == 0 || url.length > URL_MAX || memchr(url.at, '\0', url.length) != NULL ||
        curl_url_set(base, CURLUPART_URL, start, 0) != CURLUE_OK ||
        curl_url_set(found, CURLUPART_URL, start, 0) != CURLUE_OK ||
        curl_url_set(found, CURLUPART_URL, sg_str_c(arena, url), CURLU_URLENCODE) != CURLUE_OK)
        return false;
    if (!is_same_part(base, found, CURLUPART_SCHEME) ||
        !is_same_part(base, found, CURLUPART_HOST) || !is_same_part(base, found, CURLUPART_PORT) ||
        has_part(found, CURLUPART_USER) || has_part(found, CURLUPART_PASSWORD))
        return false;
    (void)curl_url_set(found, CURLUPART_FRAGMENT, NULL, 0); /* is never sent */
    if (curl_url_get(found, CURLUPART_URL, &whole, 0) != CURLUE_OK)
        return false;
    *out = sg_str_copy(arena, sg_str_of(whole));
    curl_free(whole);
    return true;
}

bool sg_url_resolve(const struct sg_system *system, struct sg_arena *arena, struct sg_str url,
                    struct sg_str *out)
{
    if (!is_plainly_below(system->url, url))
        return resolve(arena, system->url, url, out);
    *out = sg_str_copy(arena, url);
    return true;
}

bool sg_url_is_whole(struct sg_str path)
{
    return sg_str_starts(path, "http://") || sg_str_starts(path, "https://");
}

/* What stands behind the last slash, of either kind: a decoded one, too, ends no name. */
static struct sg_str last_segment(const char *path)
{
    const char *start = path;

    for (const char *at = path; *at != '\0'; at++) {
        if (*at == '/' || *at == '\\')
            start = at + 1;
    }
    return sg_str_of(start);
}

struct sg_str sg_url_file_name(struct sg_arena *arena, struct sg_str url)
{
    CURLU *parsed SG_AUTO(sg_url) = curl_url();
    struct sg_str name = {0};
    char *path = NULL;

    if (parsed == NULL)
        abort(); /* no memory left */
    if (curl_url_set(parsed, CURLUPART_URL, sg_str_c(arena, url), 0) == CURLUE_OK &&
        curl_url_get(parsed, CURLUPART_PATH, &path, CURLU_URLDECODE) == CURLUE_OK &&
        sg_utf8_check(last_segment(path), NULL))
        name = sg_persian_clean(arena, sg_str_copy(arena, last_segment(path)));
    curl_free(path);
    if (name.length == 0 || sg_str_is(name, ".") || sg_str_is(name, ".."))
        return SG_STR("file");
    return name;
}

bool sg_url_has_parameter(struct sg_str url, struct sg_str name)
{
    bool is_start = false;

    for (size_t i = 0; i < url.length; i++) {
        struct sg_str rest = sg_str_skip(url, i);

        if (is_start && rest.length > name.length && rest.at[name.length] == '=' &&
            sg_str_equal((struct sg_str){rest.at, name.length}, name))
            return true;
        is_start = url.at[i] == '?' || url.at[i] == '&';
    }
    return false;
}
