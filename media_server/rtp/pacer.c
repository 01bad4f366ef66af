/* Haazir's pacer: one thread sends one RTP packet per line every 20 ms, whatever Python does meanwhile.
 *
 *   Python ──push──> ring of at most 3 payloads per line ──thread, absolute deadlines──> send()
 *                    empty: the line's comfort noise goes out instead, so sending never stops
 *
 * Sequence, timestamp and SSRC run on through noise and speech. Each line has a lock (with priority inheritance) held for
 * microseconds. After a stall the clock skips ahead: at most two packets go out at once, timestamps keep time. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

enum { LINES = 512, RING = 25, HEADER = 12, PAYLOAD_MAX = 1280, BUCKETS = 48, FIFO_PRIORITY = 10, NICE = -11 };
#define PERIOD_NS 20000000LL
#define FIRST_BUCKET_NS 10000LL /* then each a quarter wider: 48 buckets reach 360 ms */

struct look { /* as pacer.py reads it */
    uint64_t sent, voiced, noise, errors, skipped;
    int64_t last_ns;
    uint32_t queued, talking;
};

struct line {
    pthread_mutex_t lock;
    int fd; /* -1: free */
    uint8_t payload_type;
    uint16_t sequence;
    uint32_t timestamp, step, ssrc;
    int bytes, head, noise_frames, noise_at;
    uint8_t *noise;
    struct look look;
    uint64_t histogram[BUCKETS];
    uint8_t ring[RING][HEADER + PAYLOAD_MAX];
};

struct pacer {
    pthread_t thread;
    int running;
    uint64_t histogram[BUCKETS];
    struct line lines[LINES];
};

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int bucket_of(int64_t late) {
    int bucket = 0;
    for (int64_t edge = FIRST_BUCKET_NS; late > edge && bucket < BUCKETS - 1; edge += edge / 4) bucket++;
    return bucket;
}

static void send_one(struct pacer *pacer, struct line *line, int64_t deadline, int64_t skip) {
    uint8_t packet[HEADER + PAYLOAD_MAX];
    uint8_t *out = packet;
    int voiced = line->look.queued > 0;
    if (voiced) {
        out = line->ring[line->head];
        line->head = (line->head + 1) % RING;
        line->look.queued--;
        line->look.voiced++;
    } else {
        memcpy(packet + HEADER, line->noise + line->noise_at * line->bytes, line->bytes);
        line->noise_at = (line->noise_at + 1) % line->noise_frames;
        line->look.noise++;
    }
    line->timestamp += (uint32_t)skip * line->step;
    line->look.skipped += skip;
    uint16_t sequence = htons(line->sequence);
    uint32_t timestamp = htonl(line->timestamp), ssrc = htonl(line->ssrc);
    out[0] = 0x80;
    out[1] = line->payload_type | (voiced && !line->look.talking ? 0x80 : 0); /* marker: a talkspurt begins */
    memcpy(out + 2, &sequence, 2);
    memcpy(out + 4, &timestamp, 4);
    memcpy(out + 8, &ssrc, 4);
    line->look.last_ns = now_ns();
    if (send(line->fd, out, HEADER + line->bytes, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) line->look.errors++;
    line->sequence++;
    line->timestamp += line->step;
    line->look.talking = voiced;
    line->look.sent++;
    int bucket = bucket_of(line->look.last_ns - deadline);
    line->histogram[bucket]++;
    __atomic_fetch_add(&pacer->histogram[bucket], 1, __ATOMIC_RELAXED);
}

/* One packet for every line. `skip` periods before it are lost to a stall. Called by the thread, or by a test without one. */
void pacer_tick(struct pacer *pacer, int64_t deadline, int64_t skip) {
    for (struct line *line = pacer->lines; line < pacer->lines + LINES; line++) {
        if (__atomic_load_n(&line->fd, __ATOMIC_RELAXED) < 0) continue;
        pthread_mutex_lock(&line->lock);
        if (line->fd >= 0) send_one(pacer, line, deadline, skip);
        pthread_mutex_unlock(&line->lock);
    }
}

static void hurry(struct pacer *pacer) { /* what is not permitted is done without */
    struct sched_param priority = {.sched_priority = FIFO_PRIORITY};
    int refused = pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority);
    if (refused) setpriority(PRIO_PROCESS, 0, NICE); /* on Linux this thread only */
    prctl(PR_SET_TIMERSLACK, 1000UL);
}

static void *run(void *argument) {
    struct pacer *pacer = argument;
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL); /* signals are for Python's threads */
    hurry(pacer);
    int64_t deadline = now_ns() + PERIOD_NS;
    while (__atomic_load_n(&pacer->running, __ATOMIC_ACQUIRE)) {
        struct timespec wake = {deadline / 1000000000LL, deadline % 1000000000LL};
        if (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, NULL)) continue;
        int64_t missed = (now_ns() - deadline) / PERIOD_NS, skip = missed > 1 ? missed - 1 : 0;
        deadline += skip * PERIOD_NS;
        pacer_tick(pacer, deadline, skip);
        deadline += PERIOD_NS;
    }
    return NULL;
}

struct pacer *pacer_new(void) {
    struct pacer *pacer = calloc(1, sizeof *pacer);
    if (!pacer) return NULL;
    pthread_mutexattr_t inherit;
    pthread_mutexattr_init(&inherit);
    pthread_mutexattr_setprotocol(&inherit, PTHREAD_PRIO_INHERIT);
    for (int i = 0; i < LINES; i++) {
        pthread_mutex_init(&pacer->lines[i].lock, &inherit);
        pacer->lines[i].fd = -1;
    }
    return pacer;
}

int pacer_run(struct pacer *pacer) { /* 0, or an errno */
    pacer->running = 1;
    return pthread_create(&pacer->thread, NULL, run, pacer);
}

void pacer_free(struct pacer *pacer) {
    if (__atomic_exchange_n(&pacer->running, 0, __ATOMIC_ACQ_REL)) pthread_join(pacer->thread, NULL);
    for (int i = 0; i < LINES; i++) free(pacer->lines[i].noise);
    free(pacer);
}

/* A line over a connected socket; -1 if there is no room or the payload is too long. Its numbers start where the caller says. */
int pacer_open(struct pacer *pacer, int fd, int payload_type, int bytes, uint32_t step, uint32_t ssrc, uint16_t sequence,
               uint32_t timestamp, const uint8_t *noise, int noise_frames) {
    if (bytes < 1 || bytes > PAYLOAD_MAX || noise_frames < 1) return -1;
    for (int i = 0; i < LINES; i++) {
        struct line *line = &pacer->lines[i];
        pthread_mutex_lock(&line->lock);
        int taken = line->fd >= 0;
        if (!taken && (line->noise = malloc((size_t)bytes * noise_frames))) {
            memcpy(line->noise, noise, (size_t)bytes * noise_frames);
            line->payload_type = payload_type, line->bytes = bytes, line->step = step, line->ssrc = ssrc;
            line->sequence = sequence, line->timestamp = timestamp, line->noise_frames = noise_frames;
            line->head = line->noise_at = 0;
            memset(&line->look, 0, sizeof line->look);
            memset(line->histogram, 0, sizeof line->histogram);
            __atomic_store_n(&line->fd, fd, __ATOMIC_RELAXED);
        }
        pthread_mutex_unlock(&line->lock);
        if (!taken) return line->fd >= 0 ? i : -1;
    }
    return -1;
}

void pacer_close(struct pacer *pacer, int i) { /* after it returns the socket is not touched any more */
    struct line *line = &pacer->lines[i];
    pthread_mutex_lock(&line->lock);
    __atomic_store_n(&line->fd, -1, __ATOMIC_RELAXED);
    free(line->noise);
    line->noise = NULL;
    pthread_mutex_unlock(&line->lock);
}

int pacer_push(struct pacer *pacer, int i, const uint8_t *payloads, int frames) { /* how many found room */
    struct line *line = &pacer->lines[i];
    pthread_mutex_lock(&line->lock);
    int pushed = 0;
    while (pushed < frames && line->look.queued < RING) {
        int slot = (line->head + line->look.queued++) % RING;
        memcpy(line->ring[slot] + HEADER, payloads + pushed++ * line->bytes, line->bytes);
    }
    pthread_mutex_unlock(&line->lock);
    return pushed;
}

int pacer_drop(struct pacer *pacer, int i, int keep) { /* all but the next `keep` payloads; how many are gone */
    struct line *line = &pacer->lines[i];
    pthread_mutex_lock(&line->lock);
    int dropped = (int)line->look.queued > keep ? (int)line->look.queued - keep : 0;
    line->look.queued -= dropped;
    pthread_mutex_unlock(&line->lock);
    return dropped;
}

void pacer_look(struct pacer *pacer, int i, struct look *look) {
    struct line *line = &pacer->lines[i];
    pthread_mutex_lock(&line->lock);
    *look = line->look;
    pthread_mutex_unlock(&line->lock);
}

void pacer_histogram(struct pacer *pacer, int i, uint64_t *buckets) { /* i = -1: of all lines since the start */
    memcpy(buckets, i < 0 ? pacer->histogram : pacer->lines[i].histogram, sizeof pacer->histogram);
}
