import { ClientError } from "../../internal/client/errors.ts";
import { promotionLines } from "../../internal/client/promotion-lines.ts";
import { counted } from "../text/numbers.ts";
import type { App } from "./app.ts";
import { ask, change } from "./changes.ts";
import { refusalOf } from "./refusals.ts";

/** Partitions with missing records that are named. */
const NAMED_LOGS = 6;

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
        lines: promotionLines(report, NAMED_LOGS),
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
