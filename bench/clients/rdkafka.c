// What a program with librdkafka sees of a broker.
//
//   rdkafka produce HOST:PORT TOPIC COUNT SIZE SAMENESS [NAME=VALUE ...]
//   rdkafka consume HOST:PORT TOPIC COUNT [NAME=VALUE ...]
//   rdkafka latency HOST:PORT TOPIC RATE SIZE SECONDS [NAME=VALUE ...]
//   rdkafka version
//
// `produce` sends COUNT values of SIZE bytes, of which the first SAMENESS hundredths are the same
// byte over and over and the rest is random, and waits for the last ack. `consume` reads COUNT
// records of all partitions from the beginning; its time begins with the first. `latency` sends
// RATE records a second, one by one, and reads them on another connection: from when each was due
// to when it came, after a warm-up of a quarter of SECONDS. NAME=VALUE are librdkafka's settings.
// Prints one line of JSON.
//
// cc -O2 rdkafka.c -o rdkafka -lrdkafka -lpthread
#define _GNU_SOURCE
#include "../reference/program.h"
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <unistd.h>

enum { SLICE = 1 << 20, POLL_MS = 100, PATIENCE_MS = 120000 };

// ---- clients

static const char *address, *topic_name;
static char **settings;
static int setting_count;

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
  char why[512];
  if (rd_kafka_conf_set(conf, name, value, why, sizeof why)) fail(name, why);
}

static long acked, failed;

static void on_ack(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
  (void)client, (void)opaque;
  if (message->err && !failed++) fprintf(stderr, "rdkafka: %s\n", rd_kafka_err2str(message->err));
  acked++;
}

static rd_kafka_t *start(rd_kafka_type_t type) {
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  char why[512];
  set(conf, "bootstrap.servers", address);
  set(conf, "log_level", "3");
  if (type == RD_KAFKA_PRODUCER) {
    set(conf, "queue.buffering.max.messages", "500000");
    rd_kafka_conf_set_dr_msg_cb(conf, on_ack);
  } else {
    set(conf, "group.id", "bench");
    set(conf, "enable.auto.commit", "false");
  }
  for (int i = 0; i < setting_count; i++) {
    char name[128];
    const char *equals = strchr(settings[i], '=');
    if (!equals || equals - settings[i] > 127) fail("not NAME=VALUE", settings[i]);
    snprintf(name, sizeof name, "%.*s", (int)(equals - settings[i]), settings[i]);
    set(conf, name, equals + 1);
  }
  rd_kafka_t *client = rd_kafka_new(type, conf, why, sizeof why);
  if (!client) fail("client", why);
  return client;
}

// The partitions of the topic, once the broker tells.
static int count_partitions(rd_kafka_t *client, rd_kafka_topic_t *topic) {
  const struct rd_kafka_metadata *metadata;
  for (double until = now() + 30; now() < until; usleep(20000)) {
    if (rd_kafka_metadata(client, 0, topic, &metadata, 10000)) continue;
    int count = metadata->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(metadata);
    if (count > 0) return count;
  }
  fail(topic_name, "no such topic");
}

// ---- values that are neither all the same nor all noise

static char *values; // more bytes than one value: each begins somewhere else

static void make_values(int size, int sameness) {
  values = malloc(SLICE + size);
  uint64_t seed = 0x9e3779b97f4a7c15;
  for (int i = 0; i < SLICE + size; i++) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    values[i] = i % 1000 < sameness * 10 ? 'a' : (char)(seed >> 56);
  }
}

// ---- produce

static void produce(long count, int size, int sameness) {
  make_values(size, sameness);
  rd_kafka_t *client = start(RD_KAFKA_PRODUCER);
  rd_kafka_topic_t *topic = rd_kafka_topic_new(client, topic_name, 0);
  count_partitions(client, topic);
  double began = now();
  for (long i = 0; i < count; i++) {
    void *value = values + i * 1009 % SLICE;
    while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, 0, value, size, 0, 0, 0)) {
      if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
        fail("produce", rd_kafka_err2str(rd_kafka_last_error()));
      rd_kafka_poll(client, 5);
    }
    if (i % 256 == 0) rd_kafka_poll(client, 0);
  }
  if (rd_kafka_flush(client, PATIENCE_MS)) fail("flush", "not all were acked");
  double seconds = now() - began;
  if (failed || acked != count) fail("produce", "some were refused");
  printf("{\"records\":%ld,\"bytes\":%ld,\"seconds\":%.6f,\"clientCpuSeconds\":%.3f}\n", count,
         count * size, seconds, clock_s(CLOCK_PROCESS_CPUTIME_ID));
}

// ---- consume

static rd_kafka_t *start_consumer(int64_t offset) {
  rd_kafka_t *client = start(RD_KAFKA_CONSUMER);
  rd_kafka_topic_t *topic = rd_kafka_topic_new(client, topic_name, 0);
  int count = count_partitions(client, topic);
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(count);
  for (int i = 0; i < count; i++)
    rd_kafka_topic_partition_list_add(list, topic_name, i)->offset = offset;
  if (rd_kafka_assign(client, list)) fail(topic_name, "not assigned");
  return client;
}

static void consume(long count) {
  rd_kafka_t *client = start_consumer(RD_KAFKA_OFFSET_BEGINNING);
  rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(client);
  static rd_kafka_message_t *taken[1000];
  double began = 0, until = now() + PATIENCE_MS / 1e3;
  long seen = 0, bytes = 0;
  while (seen < count) {
    ssize_t got = rd_kafka_consume_batch_queue(queue, POLL_MS, taken, 1000);
    if (got > 0 && !began) began = now();
    for (ssize_t i = 0; i < got; i++) {
      if (taken[i]->err) fail("consume", rd_kafka_message_errstr(taken[i]));
      bytes += taken[i]->len;
      seen++;
      rd_kafka_message_destroy(taken[i]);
    }
    if (now() > until) fail("consume", "not all records came");
  }
  printf("{\"records\":%ld,\"bytes\":%ld,\"seconds\":%.6f,\"clientCpuSeconds\":%.3f}\n", seen,
         bytes, now() - began, clock_s(CLOCK_PROCESS_CPUTIME_ID));
}

// ---- latency

static float *latencies_ms;
static long latency_count, total, warm_up;
static int reader_is_there;

static void *read_latencies(void *client) {
  double until = now() + PATIENCE_MS / 1e3;
  for (long seen = 0; seen < total && now() < until;) {
    rd_kafka_message_t *message = rd_kafka_consumer_poll(client, POLL_MS);
    if (!message) continue;
    if (message->err) fail("consume", rd_kafka_message_errstr(message));
    double due;
    memcpy(&due, message->payload, sizeof due);
    // The first one, which is due at no time, only shows that the reader is there.
    if (!due) __atomic_store_n(&reader_is_there, 1, __ATOMIC_SEQ_CST);
    else if (seen++ >= warm_up) latencies_ms[latency_count++] = (now() - due) * 1e3;
    rd_kafka_message_destroy(message);
  }
  return 0;
}

static int ascending(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static void send_stamped(rd_kafka_topic_t *topic, char *value, int size, double due) {
  memcpy(value, &due, sizeof due);
  if (rd_kafka_produce(topic, 0, RD_KAFKA_MSG_F_COPY, value, size, 0, 0, 0))
    fail("produce", rd_kafka_err2str(rd_kafka_last_error()));
}

static void latency(int rate, int size, double seconds) {
  total = rate * seconds * 1.25;
  warm_up = total - (long)(rate * seconds);
  latencies_ms = malloc(total * sizeof *latencies_ms);
  rd_kafka_t *consumer = start_consumer(RD_KAFKA_OFFSET_BEGINNING);
  rd_kafka_t *producer = start(RD_KAFKA_PRODUCER);
  rd_kafka_topic_t *topic = rd_kafka_topic_new(producer, topic_name, 0);
  pthread_t reader;
  pthread_create(&reader, 0, read_latencies, consumer);
  char *value = calloc(1, size + sizeof(double));
  send_stamped(topic, value, size, 0);
  while (!__atomic_load_n(&reader_is_there, __ATOMIC_SEQ_CST)) rd_kafka_poll(producer, 1);
  double began = now();
  for (long i = 0; i < total; i++) {
    double due = began + (double)i / rate, wait = due - now();
    if (wait > 0) nanosleep(&(struct timespec){.tv_nsec = wait * 1e9}, 0);
    send_stamped(topic, value, size, due);
    if (i % 64 == 0) rd_kafka_poll(producer, 0);
  }
  double sent = now() - began;
  rd_kafka_flush(producer, PATIENCE_MS);
  pthread_join(reader, 0);
  if (latency_count + warm_up != total || failed) fail("latency", "not all records came");
  qsort(latencies_ms, latency_count, sizeof *latencies_ms, ascending);
  printf("{\"records\":%ld,\"seconds\":%.3f,\"p50Ms\":%.3f,\"p99Ms\":%.3f,\"p999Ms\":%.3f,"
         "\"maxMs\":%.3f}\n",
         latency_count, sent, latencies_ms[latency_count / 2],
         latencies_ms[(long)(latency_count * .99)], latencies_ms[(long)(latency_count * .999)],
         latencies_ms[latency_count - 1]);
}

static void take_settings(int count, char **arguments, int from) {
  settings = arguments + from;
  setting_count = count - from;
}

int main(int count, char **arguments) {
  if (count == 2 && !strcmp(arguments[1], "version")) {
    printf("librdkafka %s\n", rd_kafka_version_str());
    return 0;
  }
  if (count < 5) fail("usage", "rdkafka produce|consume|latency HOST:PORT TOPIC ...");
  const char *mode = arguments[1];
  address = arguments[2];
  topic_name = arguments[3];
  if (!strcmp(mode, "produce") && count >= 7) {
    take_settings(count, arguments, 7);
    produce(atol(arguments[4]), atoi(arguments[5]), atoi(arguments[6]));
  } else if (!strcmp(mode, "consume")) {
    take_settings(count, arguments, 5);
    consume(atol(arguments[4]));
  } else if (!strcmp(mode, "latency") && count >= 7) {
    take_settings(count, arguments, 7);
    latency(atoi(arguments[4]), atoi(arguments[5]), atof(arguments[6]));
  } else {
    fail("unknown mode", mode);
  }
  fflush(stdout);
  _exit(0); // what the client would still tidy up is nobody's business
}
