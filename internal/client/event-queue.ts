import type { ClientError } from "./errors.ts";

/** What a stream has told and nobody has asked for yet, in order, and how it ends. */
export class EventQueue<Event> {
  private readonly taken: (event: Event) => void;
  private events: Event[] = [];
  private error: ClientError | null = null;
  private over = false;
  /** Lets those go on who wait for something to happen. */
  private wake = Promise.withResolvers<void>();

  /** `taken` is called with each event when someone has got it. */
  constructor(taken: (event: Event) => void) {
    this.taken = taken;
  }

  get ended(): boolean {
    return this.over;
  }

  push(event: Event): void {
    this.events.push(event);
    this.wake.resolve();
  }

  /** Nothing comes any more; what is there can still be got, and then `error`, if there is one. */
  end(error: ClientError | null): void {
    this.error = error;
    this.over = true;
    this.wake.resolve();
  }

  /** Drops what nobody has asked for. */
  clear(): void {
    this.events = [];
  }

  /** The next event; rejects once with the error that the stream ended with. */
  async next(): Promise<IteratorResult<Event, undefined>> {
    for (;;) {
      const event = this.events.shift();
      if (event !== undefined) {
        this.taken(event);
        return { done: false, value: event };
      }
      if (this.error !== null) {
        const { error } = this;
        this.error = null; // told once; after that the iteration is over like any other
        throw error;
      }
      if (this.over) return { done: true, value: undefined };
      this.wake = Promise.withResolvers();
      await this.wake.promise;
    }
  }
}
