/** About what an entry of a map takes, besides the bytes that it holds. */
export const ENTRY_BYTES = 256;

/**
 * About how much memory the groups take, all together. What is there already may always change;
 * only what is new has to ask for room.
 */
export class MemoryBudget {
  readonly limitBytes: number;
  usedBytes = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** Whether there is room for more. */
  get hasRoom(): boolean {
    return this.usedBytes < this.limitBytes;
  }

  /** So many bytes more are in use, or fewer if negative. */
  add(bytes: number): void {
    this.usedBytes += bytes;
  }
}
