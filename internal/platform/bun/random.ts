import type { Random } from "../random.ts";

/** The machine's own chance: `bytes` are fit for secrets, `below` is for spreading load. */
export function bunRandom(): Random {
  return {
    below: (bound) => Math.floor(Math.random() * bound),
    bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  };
}
