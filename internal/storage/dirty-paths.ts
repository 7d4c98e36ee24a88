/** Files or folders with changes that no sync has covered yet. */
export class DirtyPaths {
  /** Each path's last change, by a number that grows. */
  readonly #changes = new Map<string, number>();
  #lastChange = 0;

  /** The path has changed. */
  add(path: string): void {
    this.#changes.set(path, ++this.#lastChange);
  }

  has(path: string): boolean {
    return this.#changes.has(path);
  }

  paths(): string[] {
    return [...this.#changes.keys()];
  }

  /** Syncs a path; it stays dirty if that fails, or if it has changed again meanwhile. */
  async clean(path: string, sync: () => Promise<void>): Promise<void> {
    const change = this.#changes.get(path);
    await sync();
    if (this.#changes.get(path) === change) this.#changes.delete(path);
  }
}
