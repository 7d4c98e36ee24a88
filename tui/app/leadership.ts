import type { PromotionReport } from "../../internal/client/api.ts";
import { ClientError } from "../../internal/client/errors.ts";
import { counted, duration, grouped } from "../text/numbers.ts";
import type { App } from "./app.ts";
import { ask, change } from "./changes.ts";
import { refusalOf } from "./refusals.ts";

/** Partitions with missing records that are named. */
const SHOWN_LOGS = 6;

/** Says what a promotion of this slave could lose, asks, and makes it the master. */
export function promote(app: App): void {
  const refusal = refusalOf(app, "promote");
  if (refusal !== null) {
    app.tell(refusal, true);
    return;
  }
  app.session.client.describePromotion().then(
    (report) => {
      ask(app, "promote", {
        title: "make this slave the master",
        lines: reportLines(report),
        word: "promote",
        run: () =>
          change(app, "promote", async (client) => {
            await client.promote();
            return "this broker is the master now";
          }),
      });
      app.draw();
    },
    (error: unknown) => tellFailure(app, error),
  );
}

/** Asks, and hands the lead of every partition over to the slave. */
export function switchOver(app: App): void {
  const refusal = refusalOf(app, "switch");
  if (refusal !== null) {
    app.tell(refusal, true);
    return;
  }
  const { followers = [] } = app.session.world.broker?.replication ?? {};
  const slave = followers.find(({ connected }) => connected);
  ask(app, "switch", {
    title: `hand the lead over to broker ${slave?.brokerId ?? ""}`,
    lines: [
      "Writes wait until the slave has everything; nothing is lost.",
      "This broker follows it from then on.",
      `It is ${counted(slave?.lagRecords ?? 0, "record")} behind now.`,
    ],
    word: "switch",
    run: () =>
      change(app, "switch", async (client) => {
        const { leader, epoch } = await client.switchOver();
        return `broker ${leader.id} is the master now, epoch ${epoch}`;
      }),
  });
}

function tellFailure(app: App, error: unknown): void {
  if (!(error instanceof ClientError)) throw error;
  app.tell(error.message, true);
}

function reportLines({ leaderId, silentMs, wasInSync, missing }: PromotionReport): string[] {
  const told =
    silentMs === null
      ? "hasn't said yet what it has"
      : `said ${duration(silentMs)} ago what it has`;
  const lost = missing
    .map(({ log, leaderEndOffset, endOffset }) => ({ log, count: leaderEndOffset - endOffset }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  const named = lost.slice(0, SHOWN_LOGS).map(({ log, count }) => {
    return `${log}: ${grouped(count)} records are missing`;
  });
  const more = lost.length - named.length;
  let state = "It wasn't in sync, and isn't known to miss anything.";
  if (wasInSync) state = "It was in sync then: nothing is missing that was acked by all.";
  else if (missing.length > 0) {
    const where = `in ${counted(missing.length, "partition")}`;
    state = `It wasn't in sync ${where}: what the master took since is lost.`;
  }
  return [
    `Broker ${leaderId}, the master, ${told}.`,
    state,
    "The old master will have to follow, and cut what it alone has.",
    ...(named.length > 0 ? ["", ...named] : []),
    ...(more > 0 ? [`and so of ${grouped(more)} more partitions`] : []),
  ];
}
