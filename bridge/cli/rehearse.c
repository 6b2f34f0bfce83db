#include "cli/rehearse.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "connectors/catalog.h"

bool sg_rehearsal_open(const struct sg_cli *cli, const struct sg_settings *settings, bool quiet,
                       struct sg_rehearsal *out)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_error err;

    *out = (struct sg_rehearsal){.cli = cli, .settings = settings};
    out->catalog = sg_catalog_load(settings->mappings, &(struct sg_secrets){.is_read = false},
                                   false, findings);
    if (out->catalog == NULL) {
        if (!quiet)
            sg_findings_print(findings, stderr);
        return false;
    }
    if (sg_view_open(settings->journal, settings->state, &out->view, &err))
        return true;
    if (!quiet)
        (void)fprintf(stderr, "%s: %s\n", settings->state, err.text);
    sg_rehearsal_close(out);
    return false;
}

void sg_rehearsal_close(struct sg_rehearsal *rehearsal)
{
    sg_view_close(rehearsal->view);
    sg_catalog_free(rehearsal->catalog);
    *rehearsal = (struct sg_rehearsal){0};
}

static bool look(const struct sg_rehearsal *rehearsal, const struct sg_rehearsing *it,
                 const struct sg_route *route, struct sg_delivery *out, bool *is_there)
{
    const struct sg_view_look wanted = {it->delivery, sg_clock_now_ms(), route};
    struct sg_error err;

    if (sg_view_look(rehearsal->view, it->arena, &wanted, out, is_there, &err))
        return true;
    (void)fprintf(stderr, "sgbridge: the journal cannot be read: %s\n", err.text);
    return false;
}

/* As if a call before it had made a link, of which it needs no more than that it is there. */
static void add_link(struct sg_arena *arena, struct sg_str system, struct sg_delivery *delivery)
{
    struct sg_link *links = sg_arena_get(arena, delivery->link_count + 1, sizeof *links);

    if (delivery->link_count > 0)
        memcpy(links, delivery->links, delivery->link_count * sizeof *links);
    links[delivery->link_count++] = (struct sg_link){system, SG_STR("(made before)")};
    delivery->links = links;
}

static void prepare(const struct sg_rehearsal *rehearsal, struct sg_preparing *it,
                    struct sg_rehearsed *out)
{
    it->name = rehearsal->settings->name;
    it->delivery = &out->delivery;
    it->now_ms = sg_clock_now_ms();
    out->operation = it->operation->name;
    out->opens_link = it->operation->link == SG_LINK_OPENS;
    sg_prepare(it, sg_prepare_event(it), &out->prepared);
}

/*
 * Files come from the host of their system alone, and of the files' secrets that needs none but its
 * URL. Where this shell lacks it: NULL, by which no URL of a file is judged, and why in `missing`.
 */
static const struct sg_system *find_source(const struct sg_system *system, struct sg_arena *arena,
                                           struct sg_str *missing)
{
    struct sg_findings *findings SG_AUTO(sg_findings) = sg_findings_new();
    struct sg_system *source = sg_arena_get(arena, 1, sizeof *source);
    const struct sg_secrets secrets = {.is_read = true};
    size_t count = 0;

    *source = *system;
    if (sg_secrets_expand(&secrets, arena, system->url, (struct sg_place){0}, &source->url,
                          findings))
        return source;
    *missing = sg_str_copy(arena, sg_findings_sorted(findings, &count)->text);
    return NULL;
}

bool sg_rehearse(const struct sg_rehearsal *rehearsal, const struct sg_rehearsing *wanted,
                 struct sg_rehearsed *out, bool *is_there)
{
    struct sg_preparing it = {.arena = wanted->arena};

    *out = (struct sg_rehearsed){0};
    if (!look(rehearsal, wanted, NULL, &out->delivery, is_there) || !*is_there)
        return *is_there;
    it.mapping = sg_catalog_mapping(rehearsal->catalog, out->delivery.mapping);
    it.system = sg_catalog_system(rehearsal->catalog, out->delivery.target);
    const struct sg_system *source =
        sg_catalog_system(rehearsal->catalog, out->delivery.event.system);
    if (it.mapping == NULL || it.system == NULL || source == NULL) {
        out->prepared.state = SG_DELIVERY_FAILED;
        out->prepared.reason = SG_STR("its mapping is not in the files");
        return true;
    }
    it.source = find_source(source, wanted->arena, &out->url_missing);
    it.operation = sg_system_operation(it.system, sg_mapping_to_operation(it.mapping));
    const struct sg_route route = {.operation = it.operation->name,
                                   .skips_unchanged = it.operation->skips_unchanged};

    if (!look(rehearsal, wanted, &route, &out->delivery, is_there))
        return false;
    if (wanted->is_again && out->delivery.run < 2)
        out->delivery.run = 2;
    if (wanted->linked.length > 0)
        add_link(wanted->arena, wanted->linked, &out->delivery);
    prepare(rehearsal, &it, out);
    return true;
}

struct sg_str sg_rehearsed_text(struct sg_arena *arena, const struct sg_rehearsed *rehearsed)
{
    const struct sg_prepared *prepared = &rehearsed->prepared;

    if (prepared->state == SG_DELIVERY_PENDING)
        return sg_str_format(arena, "sent to %.*s by %.*s", SG_STR_ARG(rehearsed->delivery.target),
                             SG_STR_ARG(rehearsed->operation));
    return sg_str_format(arena, "%s (%.*s)", sg_delivery_state_name(prepared->state),
                         SG_STR_ARG(prepared->reason));
}
