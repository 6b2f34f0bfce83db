/*
 * The floor of a call: what libcurl alone costs. `floor_calls keyed|looked-up URL COUNT CONCURRENCY`
 * sends what the bridge would, COUNT times, and prints the microseconds of CPU that one took.
 * Keyed: update after update over connections kept alive; looked-up: each case over a fresh one.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "cpu.h"
#include "sample.h"

enum { CONCURRENCY_MAX = 1000, WAIT_MS = 1000 };

/* A handle kept for call after call, as the bridge keeps its own. */
struct slot {
    CURL *easy;
    struct sample sent;
};

struct load {
    const char *url;
    bool is_keyed;
    long count, begun, ended;
    struct curl_slist *headers;
    CURLM *multi;
    struct slot slots[CONCURRENCY_MAX];
};

static size_t on_body(char *bytes, /* NOLINT(readability-non-const-parameter): libcurl's type */
                      size_t size, size_t count, void *owner)
{
    (void)bytes;
    (void)owner;
    return size * count;
}

#define SET(easy, option, value)                               \
    do {                                                       \
        if (curl_easy_setopt(easy, option, value) != CURLE_OK) \
            abort();                                           \
    } while (0)

static void begin_call(struct load *load, struct slot *slot)
{
    if (load->is_keyed)
        sg_sample_update_sent(&slot->sent, load->begun++);
    else
        sg_sample_case_sent(&slot->sent, load->begun++);
    SET(slot->easy, CURLOPT_POSTFIELDS, slot->sent.text);
    SET(slot->easy, CURLOPT_POSTFIELDSIZE, (long)slot->sent.length);
    if (curl_multi_add_handle(load->multi, slot->easy) != CURLM_OK)
        abort();
}

static void open_slot(const struct load *load, struct slot *slot)
{
    slot->easy = curl_easy_init();
    if (slot->easy == NULL)
        abort();
    SET(slot->easy, CURLOPT_URL, load->url);
    SET(slot->easy, CURLOPT_HTTPHEADER, load->headers);
    SET(slot->easy, CURLOPT_FRESH_CONNECT, load->is_keyed ? 0L : 1L);
    SET(slot->easy, CURLOPT_WRITEFUNCTION, on_body);
    SET(slot->easy, CURLOPT_PRIVATE, slot);
}

/* False when a call failed: then the figure says nothing. */
static bool end_calls(struct load *load)
{
    CURLMsg *message;
    int left = 0;

    while ((message = curl_multi_info_read(load->multi, &left)) != NULL) {
        struct slot *slot = NULL;
        CURLcode code = message->data.result;
        CURL *easy = message->easy_handle;

        if (code != CURLE_OK) {
            (void)fprintf(stderr, "floor_calls: %s\n", curl_easy_strerror(code));
            return false;
        }
        (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&slot);
        (void)curl_multi_remove_handle(load->multi, easy);
        load->ended++;
        if (load->begun < load->count)
            begin_call(load, slot);
    }
    return true;
}

static bool run(struct load *load)
{
    int running = 0;

    while (load->ended < load->count) {
        if (curl_multi_perform(load->multi, &running) != CURLM_OK || !end_calls(load))
            return false;
        if (load->ended < load->count &&
            curl_multi_poll(load->multi, NULL, 0, WAIT_MS, NULL) != CURLM_OK)
            return false;
    }
    return true;
}

static void add_headers(struct load *load)
{
    static const char *const keyed[] = {"Content-Type: application/x-www-form-urlencoded",
                                        "Authorization: Bearer saja-token", "Expect:"};
    static const char *const looked_up[] = {"Content-Type: text/xml; charset=utf-8",
                                            "SOAPAction: \"urn:gam:cases:1/CreateCase\"",
                                            "Expect:"};

    for (size_t h = 0; h < sizeof keyed / sizeof keyed[0]; h++)
        load->headers = curl_slist_append(load->headers, load->is_keyed ? keyed[h] : looked_up[h]);
}

int main(int argc, char **argv)
{
    static struct load load;
    long concurrency = argc == 5 ? strtol(argv[4], NULL, 10) : 0;

    if (concurrency < 1 || concurrency > CONCURRENCY_MAX) {
        (void)fputs("usage: floor_calls keyed|looked-up URL COUNT CONCURRENCY\n", stderr);
        return 64;
    }
    load.is_keyed = strcmp(argv[1], "keyed") == 0;
    load.url = argv[2];
    load.count = strtol(argv[3], NULL, 10);
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    load.multi = curl_multi_init();
    add_headers(&load);
    double start_us = cpu_us();

    for (long s = 0; s < concurrency && load.begun < load.count; s++) {
        open_slot(&load, &load.slots[s]);
        begin_call(&load, &load.slots[s]);
    }
    if (!run(&load))
        return 1;
    (void)printf("%.2f\n", (cpu_us() - start_us) / (double)load.count);
    return 0;
}
