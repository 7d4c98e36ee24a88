// CRC-32C with the processor's instructions (SSE 4.2 and PCLMULQDQ), three streams at a time.
//
// The instruction takes three cycles but a new one can begin in each, so a block is summed as three
// streams of equal length, which are joined by a carry-less multiplication: the checksum of a
// stream, moved on by n bytes of what follows, is its product with x^(8n-33) mod P.
//
// build.ts makes machine-code.ts of it. It must stand anywhere in memory: no data, no calls.
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

static inline uint64_t shifted(uint32_t crc, uint32_t factor) {
  __asm__("" : "+r"(factor)); // else the compiler keeps it in memory, beside the code
  __m128i product = _mm_clmulepi64_si128(_mm_cvtsi32_si128(crc), _mm_cvtsi32_si128(factor), 0);
  return _mm_crc32_u64(0, _mm_cvtsi128_si64(product));
}

static inline uint64_t with_word(uint64_t crc, const uint8_t *p) {
  return _mm_crc32_u64(crc, *(const uint64_t *)p);
}

// Sums blocks of three streams of `length` bytes while there are any.
static inline uint64_t with_blocks(uint64_t crc, const uint8_t **bytes, size_t *size,
                                   size_t length, uint32_t by_one, uint32_t by_two) {
  const uint8_t *p = *bytes;
  for (; *size >= 3 * length; *size -= 3 * length, p += 2 * length) {
    uint64_t second = 0, third = 0;
    for (const uint8_t *end = p + length; p < end; p += 8) {
      crc = with_word(crc, p);
      second = with_word(second, p + length);
      third = with_word(third, p + 2 * length);
    }
    crc = shifted(crc, by_two) ^ shifted(second, by_one) ^ third;
  }
  *bytes = p;
  return crc;
}

uint32_t sum(const uint8_t *p, size_t size, uint32_t before) {
  uint64_t crc = (uint32_t)~before;
  crc = with_blocks(crc, &p, &size, 1024, 0x170076fa, 0xa51b6135);
  crc = with_blocks(crc, &p, &size, 128, 0x0d3b6092, 0xb9e02b86);
  for (; size >= 8; size -= 8, p += 8) crc = with_word(crc, p);
  while (size--) crc = _mm_crc32_u8((uint32_t)crc, *p++);
  return ~(uint32_t)crc;
}
