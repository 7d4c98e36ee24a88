const { copy } = Buffer.prototype;

/**
 * Copies `source[from, to)` to `target` from `at` on.
 *
 * `target.set(source.subarray(from, to), at)` makes a view for each copy: 40-90 ns for a batch of
 * 100 bytes where this took 15-30.
 */
export function copyBytes(
  source: Uint8Array,
  from: number,
  to: number,
  target: Uint8Array,
  at: number,
): void {
  copy.call(source, target, at, from, to);
}
