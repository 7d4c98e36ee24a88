/**
 * Which partition a record goes to: the same as with Kafka's clients, so that records of one key
 * stay together whoever produced them.
 *
 * Source: Kafka's BuiltInPartitioner (KIP-480, KIP-794) and Utils.murmur2.
 */

const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;
const ROTATION = 24;

/** The partition of a key. */
export function partitionOfKey(key: Uint8Array, partitionCount: number): number {
  return (murmur2(key) & 0x7fffffff) % partitionCount;
}

/** MurmurHash2, 32 bits, with the seed of Kafka's clients; signed. */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  let hash = SEED ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    const word =
      (bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24);
    let mixed = Math.imul(word, MULTIPLIER);
    mixed ^= mixed >>> ROTATION;
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(mixed, MULTIPLIER);
  }
  if (at < length) {
    for (let last = length - 1; last >= at; last--) hash ^= (bytes[last] ?? 0) << (8 * (last - at));
    hash = Math.imul(hash, MULTIPLIER);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, MULTIPLIER);
  return hash ^ (hash >>> 15);
}
