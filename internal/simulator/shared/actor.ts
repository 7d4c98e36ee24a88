/** Somebody who uses a broker, a bit at a time. */
export interface Actor {
  /** Does the next thing; when it `isFinishing`, nothing new, only what isn't done. */
  step(isFinishing: boolean): void;
  /** Whether nothing is under way or undone. */
  readonly isIdle: boolean;
}
