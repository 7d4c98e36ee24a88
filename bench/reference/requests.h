// Kafka's requests, as many as load.c and librdkafka need: each handler reads behind the request's
// header and puts its answer. For broker.c only.
#include "store.h"

enum {
  PRODUCE = 0,
  FETCH = 1,
  LIST_OFFSETS = 2,
  METADATA = 3,
  FIND_COORDINATOR = 10,
  API_VERSIONS = 18,
  CREATE_TOPICS = 19,
  DELETE_TOPICS = 20,
};
enum { COORDINATOR_NOT_AVAILABLE = 15, UNSUPPORTED_VERSION = 35 };
enum { MAX_READ = 2 << 20, ANSWER_SIZE = 8 << 20 };

// What is told of each: librdkafka takes the highest, which is the only one that is there. It wants
// to see the older ones, too, and a coordinator, before it compresses.
static const int VERSIONS[][3] = {
    {PRODUCE, 3, 7},          {FETCH, 4, 4},        {LIST_OFFSETS, 1, 1},  {METADATA, 1, 1},
    {FIND_COORDINATOR, 0, 0}, {API_VERSIONS, 0, 0}, {CREATE_TOPICS, 2, 2}, {DELETE_TOPICS, 1, 1},
};

static int port;

// Goes through topics and their partitions, and puts the same. What a request has of a partition
// begins with its number; `answer` puts what follows that, and returns where the next one begins.
static void answer_partitions(uint8_t *p, uint8_t *(*answer)(Partition *partition, uint8_t *p)) {
  uint32_t count = get32(p);
  p += 4;
  put32(count);
  while (count--) {
    Topic *t = find_topic(p + 2, get16(p));
    put_string(p + 2, get16(p));
    p += string_size(p);
    uint32_t partition_count = get32(p);
    p += 4;
    put32(partition_count);
    while (partition_count--) {
      uint32_t number = get32(p);
      put32(number);
      p = answer(open_partition(t, number), p + 4);
    }
  }
}

static uint8_t *produce_to(Partition *partition, uint8_t *p) {
  uint32_t size = get32(p);
  uint64_t base_offset = partition ? partition->next_offset : 0;
  put16(append(partition, p + 4, size));
  put64(base_offset);
  put64(-1); // append time
  put64(0);  // log start offset
  return p + 4 + size;
}

static void produce(uint8_t *p) {
  p += string_size(p) + 2 + 4; // transactional id, acks, timeout
  answer_partitions(p, produce_to);
  put32(0); // throttle time
}

static void metadata(uint8_t *p) {
  int32_t count = get32(p); // -1: all topics, of which nothing is told
  p += 4;
  if (count < 0) count = 0;
  put32(1); // brokers
  put32(1);
  put_string("127.0.0.1", 9);
  put32(port);
  put16(-1); // rack
  put32(1);  // controller
  put32(count);
  for (; count--; p += string_size(p)) {
    Topic *t = find_topic(p + 2, get16(p));
    put16(t ? OK : UNKNOWN_TOPIC_OR_PARTITION);
    put_string(p + 2, get16(p));
    put8(0); // internal
    put32(t ? t->partition_count : 0);
    for (int i = 0; t && i < t->partition_count; i++) {
      put16(OK);
      put32(i);
      for (int k = 0; k < 5; k++) put32(1); // leader; a replica, in sync: arrays of one
    }
  }
}

static void create_topics(uint8_t *p) {
  uint32_t count = get32(p);
  p += 4;
  put32(0); // throttle time
  put32(count);
  while (count--) {
    uint8_t *name = p + 2;
    int size = get16(p);
    p += string_size(p);
    int exists = find_topic(name, size) != 0;
    if (!exists) make_topic(name, size, get32(p));
    p += 4 + 2 + 4; // partitions, replication factor, no assignments
    uint32_t configs = get32(p);
    p += 4;
    for (uint32_t i = 0; i < 2 * configs; i++) p += string_size(p);
    put_string(name, size);
    put16(exists ? TOPIC_ALREADY_EXISTS : OK);
    put16(-1); // message
  }
}

static void delete_topics(uint8_t *p) {
  uint32_t count = get32(p);
  p += 4;
  put32(0); // throttle time
  put32(count);
  for (; count--; p += string_size(p)) {
    Topic *t = find_topic(p + 2, get16(p));
    put_string(p + 2, get16(p));
    put16(t ? OK : UNKNOWN_TOPIC_OR_PARTITION);
    if (t) delete_topic(t);
  }
}

static void api_versions(int version) {
  int count = sizeof VERSIONS / sizeof *VERSIONS;
  put16(version ? UNSUPPORTED_VERSION : OK);
  put32(count);
  for (int i = 0; i < count; i++)
    for (int k = 0; k < 3; k++) put16(VERSIONS[i][k]);
}

// Groups have no coordinator here; a consumer only asks, and reads nevertheless.
static void find_coordinator(void) {
  put16(COORDINATOR_NOT_AVAILABLE);
  put32(-1);
  put_string("", 0);
  put32(-1);
}

static uint8_t *list_offset(Partition *partition, uint8_t *p) {
  int is_earliest = get32(p + 4) == (uint32_t)-2; // else the end
  put16(partition ? OK : UNKNOWN_TOPIC_OR_PARTITION);
  put64(-1);
  put64(partition && !is_earliest ? partition->next_offset : 0);
  return p + 8;
}

static void list_offsets(uint8_t *p) {
  answer_partitions(p + 4, list_offset); // behind the replica
}

// How long a fetch is ready to wait, in ms.
static int fetch_wait(const uint8_t *p) {
  return get32(p + 4);
}

static size_t fetch_limit, fetched_size; // of one request

static uint8_t *fetch_from(Partition *partition, uint8_t *p) {
  uint64_t offset = (uint64_t)get32(p) << 32 | get32(p + 4);
  size_t room = get32(p + 8);
  if (room > MAX_READ) room = MAX_READ;
  if (room > fetch_limit) room = fetch_limit;
  put16(partition ? OK : UNKNOWN_TOPIC_OR_PARTITION);
  put64(partition ? partition->next_offset : 0); // high watermark
  put64(partition ? partition->next_offset : 0); // last stable offset
  put32(0);                                      // aborted transactions
  int is_read = partition && out_size + room + 4096 < ANSWER_SIZE;
  size_t size = is_read ? read_batches(partition, offset, out + out_size + 4, room) : 0;
  put32(size);
  out_size += size;
  fetched_size += size;
  return p + 12;
}

// Returns how many bytes of batches it put.
static size_t fetch(uint8_t *p) {
  fetch_limit = get32(p + 12);
  fetched_size = 0;
  put32(0); // throttle time
  answer_partitions(p + 17, fetch_from); // behind replica, wait, least and most bytes, isolation
  return fetched_size;
}
