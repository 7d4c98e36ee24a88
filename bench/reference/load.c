// Raw Kafka load at next to no cost, so that the broker is what is measured.
//
//   load HOST:PORT TOPIC PARTITIONS CONNECTIONS DEPTH RECORDS SIZE SECONDS BYTES [RATE]
//   load HOST:PORT TOPIC create PARTITIONS
//   load HOST:PORT TOPIC delete
//
// Makes the topic and sends to it on CONNECTIONS connections with DEPTH requests in flight on each,
// until SECONDS have passed or BYTES were sent (0: no matter how many), at most RATE bytes a
// second. A request is one batch of RECORDS records of SIZE bytes, with acks=all, to one partition;
// partitions take turns. Prints one line of JSON. Waits for a broker that is about to come up.
//
// cc -O2 -msse4.2 -mpclmul load.c -o load
#define _GNU_SOURCE
#include "crc32c.h"
#include "program.h"
#include "wire.h"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_EVENTS = 512, MAX_LATENCIES = 20000000, HEAD_SIZE = 320, RECEIVE_SIZE = 1 << 18 };
enum { PRODUCE = 0, METADATA = 3, CREATE_TOPICS = 19, DELETE_TOPICS = 20 };
enum { OK = 0, LEADER_NOT_AVAILABLE = 5, TOPIC_ALREADY_EXISTS = 36 };
static const double PATIENCE_S = 180; // for a broker that starts
enum { ANSWER_SECONDS = 10 };

// ---- requests

static void begin(int key, int version, size_t room) {
  out = malloc(room + 4096);
  out_size = 4;
  put16(key);
  put16(version);
  put32(1); // correlation id
  put_string("load", 4);
}

static void put_varint(int64_t value) {
  uint64_t zigzag = (uint64_t)value << 1 ^ value >> 63;
  for (; zigzag >= 128; zigzag >>= 7) put8((zigzag & 127) | 128);
  put8(zigzag);
}

static int varint_size(int64_t value) {
  int size = 1;
  for (uint64_t zigzag = (uint64_t)value << 1 ^ value >> 63; zigzag >= 128; zigzag >>= 7) size++;
  return size;
}

static void put_record(int number, int size) {
  put_varint(1 + 1 + varint_size(number) + 1 + varint_size(size) + size + 1);
  put8(0);            // attributes
  put_varint(0);      // timestamp delta
  put_varint(number); // offset delta
  put_varint(-1);     // no key
  put_varint(size);
  memset(out + out_size, 'a' + number % 26, size);
  out_size += size;
  put_varint(0); // headers
}

static void make_produce(const char *topic, int partition, int records, int size) {
  begin(PRODUCE, 7, (size_t)records * (size + 32));
  put16(-1); // transactional id
  put16(-1); // acks: all
  put32(30000);
  put32(1);
  put_string(topic, strlen(topic));
  put32(1);
  put32(partition);
  size_t length = out_size;
  put32(0);
  size_t batch = out_size;
  int64_t now_ms = clock_s(CLOCK_REALTIME) * 1000;
  put64(0);  // base offset
  put32(0);  // length
  put32(-1); // leader epoch
  put8(2);   // magic
  put32(0);  // CRC-32C
  put16(0);  // attributes
  put32(records - 1);
  put64(now_ms);
  put64(now_ms);
  put64(-1); // producer id
  put16(-1); // producer epoch
  put32(-1); // first sequence
  put32(records);
  for (int i = 0; i < records; i++) put_record(i, size);
  put32_at(length, out_size - batch);
  put32_at(batch + 8, out_size - batch - 12);
  put32_at(batch + 17, crc32c(out + batch + 21, out_size - batch - 21));
  put32_at(0, out_size - 4);
}

// ---- one call at a time

static struct sockaddr_in target;

static void resolve(const char *address) {
  char host[64];
  const char *colon = strrchr(address, ':');
  if (!colon || colon - address > 60) fail("not HOST:PORT", address);
  snprintf(host, sizeof host, "%.*s", (int)(colon - address), address);
  target.sin_family = AF_INET;
  target.sin_port = htons(atoi(colon + 1));
  if (inet_pton(AF_INET, host, &target.sin_addr) != 1) fail("not an IPv4 address", host);
}

static int dial(double patience_s) {
  for (double until = now() + patience_s;; usleep(500)) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    if (!connect(fd, (void *)&target, sizeof target)) {
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      return fd;
    }
    if (now() > until) fail("connect", strerror(errno));
    close(fd);
  }
}

// Sends the request in `out`; returns what stands behind the answer's correlation id, or null where
// the connection ends before.
static uint8_t *call(int fd) {
  put32_at(0, out_size - 4);
  uint8_t head[4];
  if (send(fd, out, out_size, MSG_NOSIGNAL) != (ssize_t)out_size) return 0;
  if (recv(fd, head, 4, MSG_WAITALL) != 4) return 0;
  uint32_t size = get32(head);
  uint8_t *body = calloc(1, size + 64);
  if (recv(fd, body, size, MSG_WAITALL) != (ssize_t)size) return 0;
  return body + 4;
}

// The first error among a topic and its partitions, as far as a broker knows them.
static int metadata_error(int fd, const char *topic, int partition_count) {
  begin(METADATA, 1, 256);
  put32(1);
  put_string(topic, strlen(topic));
  uint8_t *p = call(fd);
  if (!p) return LEADER_NOT_AVAILABLE;
  int brokers = get32(p);
  p += 4;
  while (brokers--) {
    p += 4;
    p += string_size(p);
    p += 4;
    p += string_size(p);
  }
  p += 4 + 4; // controller, count of topics
  int error = get16(p);
  if (error) return error;
  p += 2;
  p += string_size(p) + 1;
  int known = get32(p);
  p += 4;
  for (int i = 0; i < known; i++) {
    if (get16(p)) return get16(p);
    p += 2 + 4 + 4;
    for (int lists = 2; lists--;) p += 4 + 4 * get32(p); // replicas, those in sync
  }
  return known == partition_count ? OK : LEADER_NOT_AVAILABLE;
}

static int create_error(int fd, const char *topic, int partition_count) {
  begin(CREATE_TOPICS, 2, 4096);
  put32(1);
  put_string(topic, strlen(topic));
  put32(partition_count);
  put16(-1);    // replication factor: the broker's own
  put32(0);     // assignments
  put32(0);     // configs
  put32(60000); // timeout
  put8(0);      // validate only
  uint8_t *p = call(fd);
  return p ? get16(p + 8 + 2 + strlen(topic)) : LEADER_NOT_AVAILABLE;
}

static void create_topic(const char *topic, int partition_count) {
  double until = now() + PATIENCE_S;
  int fd = dial(PATIENCE_S), error;
  while ((error = create_error(fd, topic, partition_count)) && error != TOPIC_ALREADY_EXISTS) {
    if (now() > until) {
      fprintf(stderr, "load: CreateTopics failed with error code %d\n", error);
      exit(1);
    }
    close(fd);
    usleep(2000);
    fd = dial(PATIENCE_S);
  }
  while (metadata_error(fd, topic, partition_count)) {
    if (now() > until) fail("no leaders", topic);
    usleep(2000);
  }
  close(fd);
}

static void delete_topic(const char *topic) {
  int fd = dial(0);
  begin(DELETE_TOPICS, 1, 256);
  put32(1);
  put_string(topic, strlen(topic));
  put32(60000); // timeout
  uint8_t *p = call(fd);
  if (!p || get16(p + 8 + 2 + strlen(topic))) fail("can't delete", topic);
}

// ---- the load

typedef struct {
  int fd;
  int request; // the one that is being sent, or -1
  size_t sent;
  int in_flight;
  uint8_t head[HEAD_SIZE]; // an answer's first bytes
  uint32_t head_size, missing;
  double *sent_at; // of the requests in flight: a ring
  uint64_t sent_count, answered_count;
} Connection;

static int request_count, depth;
static uint8_t **requests;
static size_t *request_sizes;
static int next_request;
static float *latencies_us;
static size_t answer_count;
static uint64_t begun_bytes, answered_bytes;
static int error_count;

// Sends what may be sent; 1 when the socket takes no more.
static int send_more(Connection *c) {
  for (;;) {
    if (c->request < 0) {
      if (c->in_flight >= depth) return 0;
      c->request = next_request;
      begun_bytes += request_sizes[next_request];
      next_request = (next_request + 1) % request_count;
      c->sent = 0;
      c->in_flight++;
      c->sent_at[c->sent_count++ % depth] = now();
    }
    size_t left = request_sizes[c->request] - c->sent;
    ssize_t sent = send(c->fd, requests[c->request] + c->sent, left, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) fail("send", strerror(errno));
    if (sent < 0) return 1;
    c->sent += sent;
    if (c->sent < request_sizes[c->request]) return 1;
    c->request = -1;
  }
}

static void end_answer(Connection *c) {
  // The error stands behind the correlation id, one topic's name and one partition's number.
  int error = get16(c->head + 4 + 4 + 4 + string_size(c->head + 12) + 4 + 4);
  if (error && !error_count++) fprintf(stderr, "load: error code %d\n", error);
  double sent_at = c->sent_at[c->answered_count++ % depth];
  if (answer_count < MAX_LATENCIES) latencies_us[answer_count] = (now() - sent_at) * 1e6;
  answer_count++;
  answered_bytes += request_sizes[0];
  c->in_flight--;
  c->head_size = 0;
}

static void receive(Connection *c) {
  static uint8_t bytes[RECEIVE_SIZE];
  ssize_t size = recv(c->fd, bytes, sizeof bytes, MSG_DONTWAIT), at = 0;
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0) fail("receive", "closed by the broker");
  while (at < size) {
    if (c->head_size < 4) {
      c->head[c->head_size++] = bytes[at++];
      if (c->head_size == 4) c->missing = get32(c->head);
      continue;
    }
    ssize_t take = c->missing < size - at ? c->missing : size - at;
    ssize_t room = HEAD_SIZE - c->head_size, keep = take < room ? take : room;
    memcpy(c->head + c->head_size, bytes + at, keep);
    c->head_size += keep;
    c->missing -= take;
    at += take;
    if (!c->missing) end_answer(c);
  }
}

static int ascending(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static void run(Connection *connections, int count, double seconds, uint64_t bytes, double rate) {
  int epoll = epoll_create1(0);
  struct epoll_event events[MAX_EVENTS];
  for (Connection *c = connections; c < connections + count; c++) {
    *c = (Connection){.fd = dial(1), .request = -1, .sent_at = malloc(depth * sizeof(double))};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event);
  }
  double began = now(), cpu_began = clock_s(CLOCK_PROCESS_CPUTIME_ID), passed;
  // A moment's load may be over before the disk has answered once: it waits for that.
  while ((passed = now() - began) < (answer_count ? seconds : seconds + ANSWER_SECONDS) &&
         (!bytes || answered_bytes < bytes)) {
    int blocked = 0;
    for (Connection *c = connections; c < connections + count; c++) {
      if (rate && begun_bytes > rate * passed) break;
      blocked |= send_more(c);
    }
    int ready = epoll_wait(epoll, events, MAX_EVENTS, blocked ? 0 : 1);
    // With one connection, don't take the processor from the broker by spinning.
    if (blocked && !ready && count == 1) nanosleep(&(struct timespec){.tv_nsec = 20000}, 0);
    for (int i = 0; i < ready; i++) receive(events[i].data.ptr);
  }
  if (!answer_count) fail("no answer", "not in time");
  double cpu = clock_s(CLOCK_PROCESS_CPUTIME_ID) - cpu_began;
  size_t kept = answer_count < MAX_LATENCIES ? answer_count : MAX_LATENCIES;
  qsort(latencies_us, kept, sizeof *latencies_us, ascending);
  printf("{\"requests\":%zu,\"bytes\":%lu,\"seconds\":%.6f,\"p50Us\":%.0f,\"p99Us\":%.0f,"
         "\"p999Us\":%.0f,\"maxUs\":%.0f,\"loadCpuSeconds\":%.6f,\"errors\":%d}\n",
         answer_count, answered_bytes, passed, latencies_us[kept / 2],
         latencies_us[(size_t)(kept * .99)], latencies_us[(size_t)(kept * .999)],
         latencies_us[kept - 1], cpu, error_count);
}

int main(int count, char **arguments) {
  if (count == 5 && !strcmp(arguments[3], "create")) {
    resolve(arguments[1]);
    create_topic(arguments[2], atoi(arguments[4]));
    return 0;
  }
  if (count == 4 && !strcmp(arguments[3], "delete")) {
    resolve(arguments[1]);
    delete_topic(arguments[2]);
    return 0;
  }
  if (count != 10 && count != 11) {
    fail("usage",
         "load HOST:PORT TOPIC PARTITIONS CONNECTIONS DEPTH RECORDS SIZE SECONDS BYTES [RATE]");
  }
  resolve(arguments[1]);
  double seconds = atof(arguments[8]);
  uint64_t bytes = strtoull(arguments[9], 0, 10);
  const char *topic = arguments[2];
  request_count = atoi(arguments[3]);
  int connection_count = atoi(arguments[4]);
  depth = atoi(arguments[5]);
  create_topic(topic, request_count);
  requests = malloc(request_count * sizeof *requests);
  request_sizes = malloc(request_count * sizeof *request_sizes);
  for (int i = 0; i < request_count; i++) {
    make_produce(topic, i, atoi(arguments[6]), atoi(arguments[7]));
    requests[i] = out;
    request_sizes[i] = out_size;
  }
  latencies_us = malloc(MAX_LATENCIES * sizeof *latencies_us);
  Connection *connections = calloc(connection_count, sizeof *connections);
  run(connections, connection_count, seconds, bytes, count > 10 ? atof(arguments[10]) : 0);
  return error_count ? 3 : 0;
}
