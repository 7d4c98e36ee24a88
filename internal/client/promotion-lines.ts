import { counted, duration } from "./amounts.ts";
import type { PromotionReport } from "./api.ts";

/**
 * What is known of what a promotion could lose, in sentences, for who decides about it; of the
 * partitions that are known to miss records, `namedLogs` are named, those that miss most first.
 */
export function promotionLines(report: PromotionReport, namedLogs: number): readonly string[] {
  const { leaderId, silentMs } = report;
  const master = leaderId < 0 ? "The master" : `Broker ${leaderId}, the master,`;
  const told =
    silentMs === null
      ? "hasn't said yet what it has"
      : `said ${duration(silentMs)} ago what it has`;
  return [
    `${master} ${told}.`,
    ...standingLines(report),
    "The old master will have to follow, and cut what it alone has.",
    ...missingLines(report, namedLogs),
  ];
}

function standingLines({ wasInSync, silentMs }: PromotionReport): readonly string[] {
  if (wasInSync) {
    return [
      "This slave was in sync then: nothing is missing that was acked by all.",
      "With replication.policy=degrade, the master may have acked alone since.",
    ];
  }
  // Nobody has counted what came after the master was heard: where nothing is known to be missing,
  // that says little.
  const lost = silentMs === null ? "it hasn't copied" : "the master has taken since";
  return [`This slave wasn't in sync: whatever ${lost} is lost.`];
}

function missingLines({ missing }: PromotionReport, namedLogs: number): readonly string[] {
  const known = missing
    .map(({ log, leaderEndOffset, endOffset }) => {
      return { log, endOffset, count: leaderEndOffset - endOffset };
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  const named = known.slice(0, namedLogs).map(({ log, count, endOffset }) => {
    return `${log}: missing are ${counted(count, "record")}, from offset ${endOffset} on.`;
  });
  const others = known.length - named.length;
  return others > 0 ? [...named, `... and so of ${counted(others, "more partition")}.`] : named;
}
