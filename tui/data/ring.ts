/** The last so many values of a series, the oldest first. */
export class Ring {
  readonly #most: number;
  #values: number[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  get values(): readonly number[] {
    return this.#values;
  }

  push(value: number): void {
    const next = [...this.#values, value];
    this.#values = next.length > this.#most ? next.slice(1) : next;
  }
}
