#include "journal/election.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/log.h"

/* The coordinator takes a member out when it has heard nothing of it for SESSION_MS, counted from
 * when it last heard. Asked at T and answered, nobody else can be elected before T + SESSION_MS; the
 * margin is for what lies between this look at the clock and the other side's. */
enum { SESSION_MS = 6000, MARGIN_MS = 500, CONFIRM_EVERY_MS = 1000, POLL_MS = 100 };

struct sg_election {
    rd_kafka_t *consumer;
    char topic[300];
    pthread_t thread;
    atomic_bool is_stopping;
    _Atomic(enum sg_election_state) state;
    _Atomic int64_t leads_until_ms;
    int64_t asked_ms, turn_ms; /* the thread's alone: when it asked; when it was last awake */
};

static void set_state(struct sg_election *election, enum sg_election_state state)
{
    static const char *const names[] = {"follows", "joins", "leads", "is out"};

    if (atomic_load(&election->state) == SG_ELECTION_OUT)
        return; /* for good, whatever comes until it is closed */
    if (atomic_exchange(&election->state, state) != state)
        SG_LOG(INFO, "election", SG_TEXT("this_instance", sg_str_of(names[state])));
    if (state != SG_ELECTION_LEADS)
        atomic_store(&election->leads_until_ms, 0);
}

/* Whether it slept for so long that it may have been taken out. librdkafka finds that out only when it
 * joins again, if the members were being counted just when it fell asleep. */
static bool has_slept(const struct sg_election *election)
{
    return sg_clock_steady_ms() > election->turn_ms + SESSION_MS - MARGIN_MS;
}

/* On the thread, from inside a poll. While the members are counted no call begins: who leads
 * afterwards is not known yet. */
static void rebalance(rd_kafka_t *consumer, rd_kafka_resp_err_t code,
                      rd_kafka_topic_partition_list_t *partitions, void *owner)
{
    struct sg_election *election = owner;

    if (has_slept(election))
        set_state(election, SG_ELECTION_OUT);
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        for (int p = 0; p < partitions->cnt; p++) /* what was committed is no offset: see ask() */
            partitions->elems[p].offset = RD_KAFKA_OFFSET_END;
        (void)rd_kafka_assign(consumer, partitions);
        set_state(election, partitions->cnt > 0 ? SG_ELECTION_LEADS : SG_ELECTION_FOLLOWS);
    } else {
        set_state(election,
                  rd_kafka_assignment_lost(consumer) ? SG_ELECTION_OUT : SG_ELECTION_JOINS);
        (void)rd_kafka_assign(consumer, NULL);
    }
    election->asked_ms = 0;
}

static void confirmed(rd_kafka_t *consumer, rd_kafka_resp_err_t code,
                      rd_kafka_topic_partition_list_t *offsets, void *owner)
{
    struct sg_election *election = owner;

    (void)consumer;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR || offsets == NULL || offsets->cnt == 0 ||
        atomic_load(&election->state) != SG_ELECTION_LEADS)
        return;
    const int64_t until_ms = offsets->elems[0].offset + SESSION_MS - MARGIN_MS;

    if (until_ms > atomic_load(&election->leads_until_ms))
        atomic_store(&election->leads_until_ms, until_ms);
}

/* A commit of an offset is refused unless we are a member of the present generation. What is
 * committed is when it was asked: so the answer says which question it answers. */
static void ask(struct sg_election *election)
{
    int64_t now_ms = sg_clock_steady_ms();

    if (atomic_load(&election->state) != SG_ELECTION_LEADS ||
        now_ms < election->asked_ms + CONFIRM_EVERY_MS)
        return;
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(1);

    rd_kafka_topic_partition_list_add(offsets, election->topic, 0)->offset = now_ms;
    election->asked_ms = now_ms;
    (void)rd_kafka_commit(election->consumer, offsets, 1); /* without an answer nothing is sure */
    rd_kafka_topic_partition_list_destroy(offsets);
}

/* Joining again under its old name it would come first, and take the lead from who was elected
 * meanwhile: so it leaves before librdkafka has joined again by itself. */
static void leave_if_out(struct sg_election *election)
{
    if (atomic_load(&election->state) == SG_ELECTION_OUT)
        (void)rd_kafka_unsubscribe(election->consumer);
}

static void *take_part(void *argument)
{
    struct sg_election *election = argument;

    election->turn_ms = sg_clock_steady_ms();
    while (!atomic_load(&election->is_stopping)) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(election->consumer, POLL_MS);

        if (message != NULL)
            rd_kafka_message_destroy(message); /* nobody writes there: an error, gone by itself */
        if (has_slept(election))
            set_state(election, SG_ELECTION_OUT);
        election->turn_ms = sg_clock_steady_ms();
        leave_if_out(election);
        ask(election);
    }
    return NULL;
}

/* The assignor `range` gives the partition to the first member by name (librdkafka 2.0.2 uses it
 * whatever else is asked for), so that whoever joined first leads, and one that joins later takes
 * nothing from it. */
static bool make_consumer(struct sg_election *election, const struct sg_journal_settings *settings,
                          struct sg_error *err)
{
    struct sg_arena *arena SG_AUTO(sg_arena) = sg_arena_new();
    const char *session = sg_str_c(arena, sg_str_format(arena, "%d", (int)SESSION_MS));
    const char *name =
        sg_str_c(arena, sg_str_format(arena, "sgbridge-%015" PRId64, sg_clock_now_ms()));
    const struct sg_kafka_property ours[] = {{"group.id", election->topic},
                                             {"client.id", name},
                                             {"partition.assignment.strategy", "range"},
                                             {"session.timeout.ms", session},
                                             {"heartbeat.interval.ms", "500"},
                                             {"enable.auto.commit", "false"},
                                             {"auto.offset.reset", "latest"},
                                             {NULL, NULL}};
    rd_kafka_conf_t *conf = NULL;

    if (!sg_kafka_configure(&settings->kafka->cluster, ours, &conf, err))
        return false;
    rd_kafka_conf_set_rebalance_cb(conf, rebalance);
    rd_kafka_conf_set_offset_commit_cb(conf, confirmed);
    rd_kafka_conf_set_opaque(conf, election);
    if (!sg_kafka_open(RD_KAFKA_CONSUMER, conf, &election->consumer, err))
        return false;
    (void)rd_kafka_poll_set_consumer(election->consumer);
    return true;
}

static bool subscribe(struct sg_election *election, struct sg_error *err)
{
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);

    (void)rd_kafka_topic_partition_list_add(topics, election->topic, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t code = rd_kafka_subscribe(election->consumer, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR || sg_kafka_fail(code, err, "joining the election");
}

bool sg_election_open(const struct sg_journal_settings *settings, struct sg_election **out,
                      struct sg_error *err)
{
    struct sg_election *election = calloc(1, sizeof *election);

    if (election == NULL)
        abort();
    (void)snprintf(election->topic, sizeof election->topic, "%s.leader", settings->kafka->prefix);
    bool is_good = make_consumer(election, settings, err) && subscribe(election, err);

    if (is_good && pthread_create(&election->thread, NULL, take_part, election) != 0)
        abort(); /* no memory left */
    if (!is_good) {
        if (election->consumer != NULL)
            rd_kafka_destroy(election->consumer);
        free(election);
        return false;
    }
    *out = election;
    return true;
}

void sg_election_close(struct sg_election *election)
{
    if (election == NULL)
        return;
    atomic_store(&election->is_stopping, true);
    (void)pthread_join(election->thread, NULL);
    (void)rd_kafka_consumer_close(election->consumer);
    rd_kafka_destroy(election->consumer);
    free(election);
}

enum sg_election_state sg_election_state(const struct sg_election *election)
{
    return atomic_load(&election->state);
}

int64_t sg_election_leads_until_ms(const struct sg_election *election)
{
    return atomic_load(&election->leads_until_ms);
}
