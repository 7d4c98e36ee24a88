/** What goes wrong with a network, and how it carries bytes when nothing does. */
export interface NetworkWeather {
  /** How long bytes are under way, at least and at most. */
  leastDelayMs: number;
  mostDelayMs: number;
  /** Of all deliveries, how many are cut in two; of the pieces, how many are cut again. */
  cuts: number;
  /** What may be under way in one direction while the other side does not read. */
  windowBytes: number;
  /** Nothing arrives before this time. */
  stalledUntilMs: number;
}

/** A network in one room. */
export function fairNetwork(): NetworkWeather {
  return {
    leastDelayMs: 0.02,
    mostDelayMs: 0.2,
    cuts: 0.1,
    windowBytes: 256 * 1024,
    stalledUntilMs: 0,
  };
}
