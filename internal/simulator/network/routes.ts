/** A way between two machines, in one direction. */
interface Route {
  readonly from: string;
  readonly to: string;
}

/** Stands for every machine. */
export const ANYWHERE = "*";

/**
 * Which machines reach which others. What is under way where nothing gets through is held, as TCP
 * sends it again and again, and arrives in order when something does.
 */
export class Routes {
  #blocked: Route[] = [];
  #held: (Route & { readonly work: () => void })[] = [];

  /** Whether something is cut. */
  get isCut(): boolean {
    return this.#blocked.length > 0;
  }

  isBlocked(from: string, to: string): boolean {
    return this.#blocked.some(
      (route) => (route.from === from || route.from === ANYWHERE) && route.to === to,
    );
  }

  /** From now on nothing gets from one machine to the other; the way back is another one. */
  block(from: string, to: string): void {
    const isNew = !this.#blocked.some((route) => route.from === from && route.to === to);
    if (isNew) this.#blocked.push({ from, to });
  }

  /** The way from one machine to the other is open again. */
  unblock(from: string, to: string): void {
    this.#blocked = this.#blocked.filter((route) => route.from !== from || route.to !== to);
    this.#release();
  }

  /** Everything gets everywhere again. */
  heal(): void {
    this.#blocked = [];
    this.#release();
  }

  /** Does what arrives now, or when it can. */
  pass(from: string, to: string, work: () => void): void {
    if (this.isBlocked(from, to)) this.#held.push({ from, to, work });
    else work();
  }

  /** What is held on ways that are open now arrives, in order. */
  #release(): void {
    const held = this.#held;
    this.#held = [];
    for (const one of held) {
      if (this.isBlocked(one.from, one.to)) this.#held.push(one);
      else one.work();
    }
  }
}
