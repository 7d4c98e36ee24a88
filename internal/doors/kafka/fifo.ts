/** How many places may be empty at the front before the rest moves up. */
const MAX_EMPTY = 64;

/** A queue whose front is cheap to take off and whose inside can be looked at. */
export class Fifo<T> {
  private items: (T | undefined)[] = [];
  private first = 0;

  get length(): number {
    return this.items.length - this.first;
  }

  /** The item with `index` others before it, if there is one. */
  at(index: number): T | undefined {
    return this.items[this.first + index];
  }

  push(item: T): void {
    this.items.push(item);
  }

  /** Takes off the front. */
  shift(): void {
    if (this.first === this.items.length) return;
    this.items[this.first++] = undefined;
    if (this.first === this.items.length) {
      this.items.length = 0;
      this.first = 0;
    } else if (this.first > MAX_EMPTY && 2 * this.first > this.items.length) {
      this.items.splice(0, this.first);
      this.first = 0;
    }
  }

  clear(): void {
    this.items.length = 0;
    this.first = 0;
  }
}
