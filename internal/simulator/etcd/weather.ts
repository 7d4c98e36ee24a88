/** How etcd is doing. */
export interface EtcdWeather {
  /**
   * `up`: it answers. `down`: nothing listens. `undecided`: its members listen, and have no
   * majority: what they are asked is done when they have one again, or never.
   */
  state: "up" | "down" | "undecided";
  /** How long calls wait there for their turn, at the most. */
  slowMs: number;
}

/** One that is well. */
export function fairEtcd(): EtcdWeather {
  return { state: "up", slowMs: 1 };
}
