/** A way between two machines, in one direction. */
interface Route {
  readonly from: string;
  readonly to: string;
}

/**
 * Which machines reach which others. What is under way where nothing gets through is held, as TCP
 * sends it again and again, and arrives in order when something does.
 */
export class Routes {
  readonly #blocked: Route[] = [];
  #held: (Route & { readonly work: () => void })[] = [];

  /** Whether something is cut. */
  get isCut(): boolean {
    return this.#blocked.length > 0;
  }

  isBlocked(from: string, to: string): boolean {
    return this.#blocked.some((route) => route.from === from && route.to === to);
  }

  /** From now on nothing gets from one machine to the other; the way back is another one. */
  block(from: string, to: string): void {
    if (!this.isBlocked(from, to)) this.#blocked.push({ from, to });
  }

  /** Everything gets everywhere again. */
  heal(): void {
    this.#blocked.length = 0;
    const held = this.#held;
    this.#held = [];
    for (const { work } of held) work();
  }

  /** Does what arrives now, or when it can. */
  pass(from: string, to: string, work: () => void): void {
    if (this.isBlocked(from, to)) this.#held.push({ from, to, work });
    else work();
  }
}
