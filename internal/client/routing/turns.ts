/** Does what has the same name one after the other, in the order in which it was asked for. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Does `work` when all that was asked for before under this name is over. */
  after<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const done = before.then(work, work);
    this.#last.set(name, done);
    const over = (): void => {
      if (this.#last.get(name) === done) this.#last.delete(name);
    };
    done.then(over, over);
    return done;
  }
}
