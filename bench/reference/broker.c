// The practical limit: as little as a Kafka broker can do to take records, in C.
//
//   broker PORT DIRECTORY [journal]
//
// It takes Produce 7, Metadata 1 and CreateTopics 2 (what load.c sends), checks each batch's
// CRC-32C, gives it its offset and writes it to its partition's file. It checks no lengths: it is
// for measuring only. Without `journal` it acks what is in the page cache. With it, each turn of
// the loop also appends the turn's batches to one preallocated file, syncs that once, and acks
// then.
//
// cc -O2 -msse4.2 -mpclmul broker.c -o broker
#define _GNU_SOURCE
#include "crc32c.h"
#include "wire.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
  RECEIVE_SIZE = 4 << 20,
  ANSWER_SIZE = 8 << 20,
  JOURNAL_SIZE = 256 << 20,
  MAX_TOPICS = 4096,
  MAX_WRITES = 1024,
  MAX_EVENTS = 256,
};
enum { PRODUCE = 0, METADATA = 3, CREATE_TOPICS = 19 };
enum { OK = 0, CORRUPT_MESSAGE = 2, UNKNOWN_TOPIC_OR_PARTITION = 3, TOPIC_ALREADY_EXISTS = 36 };

static int port;
static const char *directory;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

// ---- topics and their files

typedef struct {
  int fd; // -1 before the first record
  uint64_t next_offset, size;
  struct {
    uint64_t offset, position;
  } *index; // one entry a batch
  int index_count, index_capacity;
} Partition;

typedef struct {
  char name[80];
  int name_size, partition_count;
  Partition *partitions;
} Topic;

static Topic topics[MAX_TOPICS];
static int topic_count;

static Topic *find_topic(const uint8_t *name, int size) {
  static Topic *last;
  if (last && last->name_size == size && !memcmp(last->name, name, size)) return last;
  for (Topic *t = topics; t < topics + topic_count; t++)
    if (t->name_size == size && !memcmp(t->name, name, size)) return last = t;
  return 0;
}

static Topic *make_topic(const uint8_t *name, int size, int partition_count) {
  if (topic_count == MAX_TOPICS || size > 79) return 0;
  Topic *t = &topics[topic_count++];
  memcpy(t->name, name, size);
  t->name_size = size;
  t->partition_count = partition_count;
  t->partitions = calloc(partition_count, sizeof(Partition));
  for (int i = 0; i < partition_count; i++) t->partitions[i].fd = -1;
  return t;
}

static Partition *open_partition(Topic *t, int number) {
  if (!t || number < 0 || number >= t->partition_count) return 0;
  Partition *p = &t->partitions[number];
  if (p->fd >= 0) return p;
  char file[256];
  snprintf(file, sizeof file, "%s/%.*s-%d.log", directory, t->name_size, t->name, number);
  if ((p->fd = open(file, O_RDWR | O_CREAT | O_TRUNC, 0644)) < 0) fail(file);
  return p;
}

// ---- the journal

static int journal = -1; // its file, where there is one
static uint64_t journal_position;
static struct iovec journal_writes[MAX_WRITES]; // parts of receive buffers: written before they go
static int journal_write_count;

static void open_journal(void) {
  char file[256];
  snprintf(file, sizeof file, "%s/journal", directory);
  if ((journal = open(file, O_RDWR | O_CREAT | O_TRUNC, 0644)) < 0) fail(file);
  char *zeros = calloc(1, 1 << 20);
  for (int i = 0; i < JOURNAL_SIZE >> 20; i++)
    if (write(journal, zeros, 1 << 20) != 1 << 20) fail(file);
  fsync(journal);
  free(zeros);
}

static void write_journal(void) {
  ssize_t size = 0;
  for (int i = 0; i < journal_write_count; i++) size += journal_writes[i].iov_len;
  if (!size) return;
  if (journal_position + size > JOURNAL_SIZE) journal_position = 0;
  if (pwritev(journal, journal_writes, journal_write_count, journal_position) != size)
    fail("journal");
  journal_position += (size + 4095) & ~4095ull;
  journal_write_count = 0;
}

// ---- connections and answers

typedef struct {
  int fd;
  uint8_t *received;
  size_t received_size;
  uint8_t *answers; // those that wait for the journal
  size_t answers_size, answers_capacity;
} Connection;

static Connection *answered[MAX_EVENTS]; // of this turn: one event, one connection
static int answered_count;

static void send_all(int fd, const uint8_t *bytes, size_t size) {
  while (size) {
    ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return;
    if (sent < 0) nanosleep(&(struct timespec){.tv_nsec = 20000}, 0);
    else bytes += sent, size -= sent;
  }
}

static void answer(Connection *c) {
  put32_at(0, out_size - 4);
  if (journal < 0) {
    send_all(c->fd, out, out_size);
    return;
  }
  if (!c->answers_size) answered[answered_count++] = c;
  if (c->answers_size + out_size > c->answers_capacity) {
    c->answers_capacity = (c->answers_size + out_size) * 2;
    c->answers = realloc(c->answers, c->answers_capacity);
  }
  memcpy(c->answers + c->answers_size, out, out_size);
  c->answers_size += out_size;
}

// ---- requests: each handler reads behind the header and puts its answer

// Checks the batches of one partition and gives them their offsets, in place.
static int take_batches(Partition *p, uint8_t *batches, uint32_t size) {
  for (uint8_t *batch = batches; batch < batches + size;) {
    uint32_t length = get32(batch + 8) + 12;
    if (crc32c(batch + 21, length - 21) != get32(batch + 17)) return CORRUPT_MESSAGE;
    uint64_t offset = __builtin_bswap64(p->next_offset);
    memcpy(batch, &offset, 8);
    memset(batch + 12, 0, 4); // leader epoch
    if (p->index_count == p->index_capacity) {
      p->index_capacity = p->index_capacity ? p->index_capacity * 2 : 16;
      p->index = realloc(p->index, p->index_capacity * sizeof *p->index);
    }
    p->index[p->index_count].offset = p->next_offset;
    p->index[p->index_count++].position = p->size + (batch - batches);
    p->next_offset += get32(batch + 23) + 1; // last offset delta
    batch += length;
  }
  return OK;
}

static int append(Partition *p, uint8_t *batches, uint32_t size) {
  if (!p) return UNKNOWN_TOPIC_OR_PARTITION;
  int error = take_batches(p, batches, size);
  if (error) return error;
  if (pwrite(p->fd, batches, size, p->size) != size) fail("append");
  p->size += size;
  if (journal < 0) return OK;
  journal_writes[journal_write_count++] = (struct iovec){batches, size};
  if (journal_write_count == MAX_WRITES) write_journal();
  return OK;
}

static void produce(uint8_t *p) {
  p += string_size(p) + 2 + 4; // transactional id, acks, timeout
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
      uint32_t number = get32(p), size = get32(p + 4);
      Partition *partition = open_partition(t, number);
      uint64_t base_offset = partition ? partition->next_offset : 0;
      int error = append(partition, p + 8, size);
      p += 8 + size;
      put32(number);
      put16(error);
      put64(base_offset);
      put64(-1); // append time
      put64(0);  // log start offset
    }
  }
  put32(0); // throttle time
}

static void metadata(uint8_t *p) {
  uint32_t count = get32(p);
  p += 4;
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

static void handle(Connection *c, uint8_t *frame) {
  int key = get16(frame);
  out_size = 4;
  put_bytes(frame + 4, 4); // correlation id
  uint8_t *body = frame + 8 + string_size(frame + 8);
  if (key == PRODUCE) produce(body);
  else if (key == METADATA) metadata(body);
  else if (key == CREATE_TOPICS) create_topics(body);
  else {
    shutdown(c->fd, SHUT_RDWR);
    return;
  }
  answer(c);
}

// ---- the loop

static void add_to(int epoll, int fd, Connection *c) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void accept_on(int epoll, int listener) {
  int fd = accept4(listener, 0, 0, SOCK_NONBLOCK), one = 1;
  if (fd < 0) return;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  Connection *c = calloc(1, sizeof *c);
  c->fd = fd;
  c->received = malloc(RECEIVE_SIZE);
  add_to(epoll, fd, c);
}

static void drop(Connection *c) {
  for (int i = 0; i < answered_count; i++)
    if (answered[i] == c) answered[i--] = answered[--answered_count];
  close(c->fd);
  free(c->received);
  free(c->answers);
  free(c);
}

static void receive(Connection *c) {
  ssize_t size = recv(c->fd, c->received + c->received_size, RECEIVE_SIZE - c->received_size, 0);
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0) {
    drop(c);
    return;
  }
  c->received_size += size;
  size_t taken = 0;
  while (c->received_size - taken >= 4) {
    uint32_t length = get32(c->received + taken);
    if (c->received_size - taken - 4 < length) break;
    handle(c, c->received + taken + 4);
    taken += 4 + length;
  }
  if (!taken) return;
  write_journal();
  c->received_size -= taken;
  memmove(c->received, c->received + taken, c->received_size);
}

static int listen_on(int number) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(number), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(fd, (void *)&address, sizeof address) || listen(fd, 4096)) fail("listen");
  return fd;
}

int main(int count, char **arguments) {
  if (count < 3) {
    fprintf(stderr, "usage: broker PORT DIRECTORY [journal]\n");
    return 2;
  }
  port = atoi(arguments[1]);
  directory = arguments[2];
  out = malloc(ANSWER_SIZE);
  mkdir(directory, 0755);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  if (count > 3 && !strcmp(arguments[3], "journal")) open_journal();

  int listener = listen_on(port), epoll = epoll_create1(0);
  add_to(epoll, listener, 0);
  struct epoll_event events[MAX_EVENTS];
  for (;;) {
    int ready = epoll_wait(epoll, events, MAX_EVENTS, -1);
    for (int i = 0; i < ready; i++) {
      if (events[i].data.ptr) receive(events[i].data.ptr);
      else accept_on(epoll, listener);
    }
    if (answered_count) fdatasync(journal);
    for (; answered_count; answered_count--) {
      Connection *c = answered[answered_count - 1];
      send_all(c->fd, c->answers, c->answers_size);
      c->answers_size = 0;
    }
  }
}
