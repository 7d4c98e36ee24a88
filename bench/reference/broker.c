// The practical limit: as little as a Kafka broker can do to take records and to give them, in C.
//
//   broker PORT DIRECTORY [files|journal]
//
// It checks each batch's CRC-32C, gives it its offset and writes it to its partition's file. It
// checks no lengths: it is for measuring only. Without a third argument it acks what is in the page
// cache. With `files`, each turn of the loop syncs the files that were written to, and acks then.
// With `journal`, each turn also appends its batches to one preallocated file, and syncs only that.
//
// cc -O2 -msse4.2 -mpclmul broker.c -o broker
#define _GNU_SOURCE
#include "requests.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum { RECEIVE_SIZE = 4 << 20, MAX_EVENTS = 256, MAX_CONNECTIONS = 16384 };

// ---- connections and answers

typedef struct {
  int fd;
  uint8_t *received;
  size_t received_size;
  uint8_t *answers; // those that wait for the journal
  size_t answers_size, answers_capacity;
  int is_waiting;       // its next request is a fetch of what isn't there yet
  double waiting_until; // in seconds
} Connection;

static Connection *answered[MAX_CONNECTIONS]; // of this turn
static int answered_count;
static Connection *waiting[MAX_CONNECTIONS];
static int waiting_count;

static void send_all(int fd, const uint8_t *bytes, size_t size) {
  while (size) {
    ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return;
    if (sent < 0) nanosleep(&(struct timespec){.tv_nsec = 20000}, 0);
    else bytes += sent, size -= sent;
  }
}

// Only what tells of an append has to wait for a sync.
static void answer(Connection *c, int key) {
  put32_at(0, out_size - 4);
  if (sync_mode == SYNC_NOTHING || (key != PRODUCE && !c->answers_size)) {
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

// Returns whether the request is done: a fetch may have to wait.
static int handle(Connection *c, uint8_t *frame, int is_late) {
  int key = get16(frame);
  out_size = 4;
  put_bytes(frame + 4, 4); // correlation id
  uint8_t *body = frame + 8 + string_size(frame + 8);
  if (key == PRODUCE) produce(body);
  else if (key == METADATA) metadata(body);
  else if (key == CREATE_TOPICS) create_topics(body);
  else if (key == DELETE_TOPICS) delete_topics(body);
  else if (key == FIND_COORDINATOR) find_coordinator();
  else if (key == API_VERSIONS) api_versions(get16(frame + 2));
  else if (key == LIST_OFFSETS) list_offsets(body);
  else if (key == FETCH) {
    if (!fetch(body) && !is_late && fetch_wait(body)) {
      if (!c->is_waiting) {
        c->waiting_until = now() + fetch_wait(body) * 1e-3;
        waiting[waiting_count++] = c;
      }
      c->is_waiting = 1;
      return 0;
    }
  } else {
    shutdown(c->fd, SHUT_RDWR);
    return 1;
  }
  answer(c, key);
  return 1;
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

static void forget(Connection *c, Connection **list, int *count) {
  for (int i = 0; i < *count; i++)
    if (list[i] == c) list[i--] = list[--*count];
}

static void drop(Connection *c) {
  forget(c, answered, &answered_count);
  forget(c, waiting, &waiting_count);
  close(c->fd);
  free(c->received);
  free(c->answers);
  free(c);
}

// Takes the requests that are there; `is_late`: the first one is a fetch that has waited enough.
static void take_requests(Connection *c, int is_late) {
  size_t taken = 0;
  while (c->received_size - taken >= 4) {
    uint32_t length = get32(c->received + taken);
    if (c->received_size - taken - 4 < length) break;
    if (!handle(c, c->received + taken + 4, is_late)) break;
    if (c->is_waiting) forget(c, waiting, &waiting_count);
    is_late = c->is_waiting = 0;
    taken += 4 + length;
  }
  if (!taken) return;
  write_journal();
  c->received_size -= taken;
  memmove(c->received, c->received + taken, c->received_size);
}

static void receive(Connection *c) {
  ssize_t size = recv(c->fd, c->received + c->received_size, RECEIVE_SIZE - c->received_size, 0);
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0) {
    drop(c);
    return;
  }
  c->received_size += size;
  take_requests(c, 0);
}

// Looks at the fetches that wait: after each turn that appended something, and when one is late.
static void serve_waiting(void) {
  double at = waiting_count ? now() : 0;
  for (int i = waiting_count - 1; i >= 0; i--) {
    Connection *c = waiting[i];
    int is_late = at >= c->waiting_until;
    if (was_appended || is_late) take_requests(c, is_late);
  }
  was_appended = 0;
}

// Until the first fetch is late, in ms; -1: none waits.
static int next_wait(void) {
  double first = 1e18;
  for (int i = 0; i < waiting_count; i++)
    if (waiting[i]->waiting_until < first) first = waiting[i]->waiting_until;
  if (!waiting_count) return -1;
  double left = first - now();
  return left > 0 ? left * 1e3 + 1 : 0;
}

static int listen_on(int number) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(number), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(fd, (void *)&address, sizeof address) || listen(fd, 4096))
    fail("listen", strerror(errno));
  return fd;
}

int main(int count, char **arguments) {
  if (count < 3) {
    fprintf(stderr, "usage: broker PORT DIRECTORY [files|journal]\n");
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
  if (count > 3 && !strcmp(arguments[3], "files")) sync_mode = SYNC_FILES;
  if (count > 3 && !strcmp(arguments[3], "journal")) {
    sync_mode = SYNC_JOURNAL;
    open_journal();
  }

  int listener = listen_on(port), epoll = epoll_create1(0);
  add_to(epoll, listener, 0);
  struct epoll_event events[MAX_EVENTS];
  for (;;) {
    int ready = epoll_wait(epoll, events, MAX_EVENTS, next_wait());
    for (int i = 0; i < ready; i++) {
      if (events[i].data.ptr) receive(events[i].data.ptr);
      else accept_on(epoll, listener);
    }
    sync_turn();
    serve_waiting();
    for (; answered_count; answered_count--) {
      Connection *c = answered[answered_count - 1];
      send_all(c->fd, c->answers, c->answers_size);
      c->answers_size = 0;
    }
  }
}
