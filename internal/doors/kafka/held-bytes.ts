/** How much of all connections' requests is held; tells those who wait when it is less. */
export class HeldBytes {
  private readonly maxBytes: number;
  private bytes = 0;
  private readonly waiting = new Set<() => void>();

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get full(): boolean {
    return this.bytes >= this.maxBytes;
  }

  /** Counts `sizeBytes` more, or, when it is negative, less. */
  add(sizeBytes: number): void {
    this.bytes += sizeBytes;
    if (sizeBytes >= 0 || this.full || this.waiting.size === 0) return;
    const released = [...this.waiting];
    this.waiting.clear();
    for (const work of released) work();
  }

  /** Calls `work` once there is room; a second call with the same `work` changes nothing. */
  whenRoom(work: () => void): void {
    this.waiting.add(work);
  }

  /** Takes back `whenRoom`. */
  forget(work: () => void): void {
    this.waiting.delete(work);
  }
}
