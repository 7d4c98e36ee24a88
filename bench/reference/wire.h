// Big-endian integers and strings, as Kafka's protocol has them: a writer that appends to one
// buffer, and readers of what a pointer shows.
#include <stdint.h>
#include <string.h>

static uint8_t *out; // Whoever includes this gives it room.
static size_t out_size;

static inline void put8(int value) {
  out[out_size++] = value;
}
static inline void put16(int value) {
  put8(value >> 8);
  put8(value);
}
static inline void put32(uint32_t value) {
  value = __builtin_bswap32(value);
  memcpy(out + out_size, &value, 4);
  out_size += 4;
}
static inline void put64(uint64_t value) {
  put32(value >> 32);
  put32(value);
}
static inline void put_bytes(const void *bytes, size_t size) {
  memcpy(out + out_size, bytes, size);
  out_size += size;
}
static inline void put_string(const void *text, int size) {
  put16(size);
  put_bytes(text, size);
}
static inline void put32_at(size_t at, uint32_t value) {
  size_t end = out_size;
  out_size = at;
  put32(value);
  out_size = end;
}

static inline int get16(const uint8_t *p) {
  return (int16_t)(p[0] << 8 | p[1]);
}
static inline uint32_t get32(const uint8_t *p) {
  uint32_t value;
  memcpy(&value, p, 4);
  return __builtin_bswap32(value);
}
// The size of a string with its length, which is -1 for null.
static inline int string_size(const uint8_t *p) {
  return 2 + (get16(p) > 0 ? get16(p) : 0);
}
