/** Chance, so that a seed can decide it. */
export interface Random {
  /** A whole number from 0 up to, not including, `bound` (at most 2^32). */
  below(bound: number): number;
  /** `count` random bytes. */
  bytes(count: number): Uint8Array;
}
