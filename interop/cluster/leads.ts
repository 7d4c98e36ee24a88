import type { RunningCluster } from "./running-cluster.ts";

/** A line of a broker's log that says that it leads more than before, with its time. */
const LEADING = /\{"time":"([^"]*)","level":"info","event":"leading"/g;

/** When brokers began to lead something, counted from `sinceMs` on, in order. */
export async function leadTimesMs(
  { members }: Pick<RunningCluster, "members">,
  sinceMs: number,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (const { options } of members) {
    const log = await Bun.file(`${options.data}.log`).text();
    for (const [, time = ""] of log.matchAll(LEADING)) {
      const ms = Date.parse(time) - sinceMs;
      if (ms >= 0) times.push(ms);
    }
  }
  return times.sort((a, b) => a - b);
}
