import { must } from "../failure.ts";
import type { BrokerLife } from "./life.ts";
import type { World } from "./world.ts";

/** What must hold whenever the broker has come to the end of an event. */
export function checkPartitions({ broker }: BrokerLife, world: World): void {
  for (const topic of world.topics.values()) {
    if (topic.existence !== "there") continue;
    topic.logs.forEach((log, index) => {
      const status = broker.partition(topic.name, index);
      must(status !== undefined, () => `${log.name} is gone`);
      const { logStartOffset: start, highWatermark, logEndOffset: end } = status;
      const { name, lastHighWatermark, knownEnd } = log;
      const order = start <= highWatermark && highWatermark <= end;
      must(order, () => `${name}: ${start} <= ${highWatermark} <= ${end} is wrong`);
      const grows = highWatermark >= lastHighWatermark;
      must(grows, () => `${name}: ${lastHighWatermark} went back to ${highWatermark}`);
      must(highWatermark >= knownEnd, () => `${name}: ${knownEnd} is above ${highWatermark}`);
      log.checkStart(start);
      log.lastHighWatermark = highWatermark;
    });
  }
}
