// Topics, their files, and the two ways of making a turn's appends durable. For broker.c only.
#include "crc32c.h"
#include "program.h"
#include "wire.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { JOURNAL_SIZE = 256 << 20, MAX_TOPICS = 4096, MAX_WRITES = 1024 };
enum { OK = 0, CORRUPT_MESSAGE = 2, UNKNOWN_TOPIC_OR_PARTITION = 3, TOPIC_ALREADY_EXISTS = 36 };

static const char *directory;

// ---- topics and their files

typedef struct {
  int fd; // -1 before the first record
  int is_dirty; // written to in this turn
  uint64_t next_offset, size;
  struct {
    uint64_t offset, position;
  } *index; // one entry a batch
  int index_count, index_capacity;
  uint64_t read_offset, read_position; // where the last reader is to go on
} Partition;

typedef struct {
  char name[80];
  int name_size, partition_count;
  Partition *partitions;
} Topic;

static Topic topics[MAX_TOPICS];
static int topic_count;
static Topic *last_topic;

static Topic *find_topic(const uint8_t *name, int size) {
  Topic *t = last_topic;
  if (t && t->name_size == size && !memcmp(t->name, name, size)) return t;
  for (t = topics; t < topics + topic_count; t++)
    if (t->name_size == size && !memcmp(t->name, name, size)) return last_topic = t;
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

static const char *partition_file(char file[256], Topic *t, int number) {
  snprintf(file, 256, "%s/%.*s-%d.log", directory, t->name_size, t->name, number);
  return file;
}

static Partition *open_partition(Topic *t, int number) {
  if (!t || number < 0 || number >= t->partition_count) return 0;
  Partition *p = &t->partitions[number];
  if (p->fd >= 0) return p;
  char file[256];
  partition_file(file, t, number);
  if ((p->fd = open(file, O_RDWR | O_CREAT | O_TRUNC, 0644)) < 0) fail(file, strerror(errno));
  return p;
}

static void delete_topic(Topic *t) {
  for (int i = 0; i < t->partition_count; i++) {
    Partition *p = &t->partitions[i];
    if (p->fd < 0) continue;
    char file[256];
    unlink(partition_file(file, t, i));
    close(p->fd);
    free(p->index);
  }
  free(t->partitions);
  *t = topics[--topic_count];
  last_topic = 0;
}

// ---- what a turn of the loop makes durable

enum { SYNC_NOTHING, SYNC_FILES, SYNC_JOURNAL };
static int sync_mode;
static Partition *dirty[1 << 16]; // with SYNC_FILES: those that were written to in this turn
static int dirty_count;

static int journal = -1; // its file, where there is one
static uint64_t journal_position;
static struct iovec journal_writes[MAX_WRITES]; // parts of receive buffers: written before they go
static int journal_write_count;

static void open_journal(void) {
  char file[256];
  snprintf(file, sizeof file, "%s/journal", directory);
  if ((journal = open(file, O_RDWR | O_CREAT | O_TRUNC, 0644)) < 0) fail(file, strerror(errno));
  char *zeros = calloc(1, 1 << 20);
  for (int i = 0; i < JOURNAL_SIZE >> 20; i++)
    if (write(journal, zeros, 1 << 20) != 1 << 20) fail(file, strerror(errno));
  fsync(journal);
  free(zeros);
}

static int journal_is_dirty;

static void write_journal(void) {
  ssize_t size = 0;
  for (int i = 0; i < journal_write_count; i++) size += journal_writes[i].iov_len;
  if (!size) return;
  if (journal_position + size > JOURNAL_SIZE) journal_position = 0;
  if (pwritev(journal, journal_writes, journal_write_count, journal_position) != size)
    fail("journal", strerror(errno));
  journal_position += (size + 4095) & ~4095ull;
  journal_write_count = 0;
  journal_is_dirty = 1;
}

static void sync_turn(void) {
  for (; dirty_count; dirty_count--) {
    if (fdatasync(dirty[dirty_count - 1]->fd)) fail("sync", strerror(errno));
    dirty[dirty_count - 1]->is_dirty = 0;
  }
  if (journal_is_dirty && fdatasync(journal)) fail("sync", strerror(errno));
  journal_is_dirty = 0;
}

// ---- appending and reading

static int was_appended; // in this turn

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
  if (pwrite(p->fd, batches, size, p->size) != size) fail("append", strerror(errno));
  p->size += size;
  was_appended = 1;
  if (sync_mode == SYNC_FILES && !p->is_dirty) {
    p->is_dirty = 1;
    dirty[dirty_count++] = p;
  }
  if (sync_mode != SYNC_JOURNAL) return OK;
  journal_writes[journal_write_count++] = (struct iovec){batches, size};
  if (journal_write_count == MAX_WRITES) write_journal();
  return OK;
}

// The position of the batch that has an offset, which is below the end.
static uint64_t position_of(Partition *p, uint64_t offset) {
  if (p->read_offset == offset) return p->read_position;
  int low = 0, high = p->index_count - 1;
  while (low < high) {
    int middle = (low + high + 1) / 2;
    if (p->index[middle].offset <= offset) low = middle;
    else high = middle - 1;
  }
  return p->index[low].position;
}

// Puts the whole batches from an offset on, as many as have room; returns their size.
static size_t read_batches(Partition *p, uint64_t offset, uint8_t *to, size_t room) {
  if (offset >= p->next_offset) return 0;
  uint64_t position = position_of(p, offset);
  ssize_t got = pread(p->fd, to, room, position);
  uint8_t *batch = to, *end = to + (got > 0 ? got : 0);
  while (end - batch >= 61 && batch + get32(batch + 8) + 12 <= end) {
    offset = __builtin_bswap64(*(uint64_t *)batch) + get32(batch + 23) + 1;
    batch += get32(batch + 8) + 12;
  }
  p->read_offset = offset;
  p->read_position = position + (batch - to);
  return batch - to;
}
