import type { Command } from "commander";
import type { PromotionReport } from "../internal/client/api.ts";
import { promotionLines } from "../internal/client/promotion-lines.ts";
import { confirm } from "./confirm.ts";
import { withClient } from "./connection.ts";
import { callExits, type ObjectOptions, objectOption, printsJson, verb } from "./options.ts";
import { type JsonShape, objectLine } from "./output/shape.ts";
import type { Stdio } from "./stdio.ts";

/** So many partitions with missing records are named. */
const NAMED_LOGS = 20;

interface PromoteOptions extends ObjectOptions {
  readonly yes?: true;
}

const promotedShape: JsonShape = {
  kind: "promoted",
  version: 1,
  form: "object",
  fields: {
    leader: "integer, the broker that is the master now",
    leader_epoch: "integer, the number of its leadership",
    old_leader: "integer, the master before it",
    old_leader_silent_ms: "integer or null, how long that hadn't said what it has",
    was_in_sync: "boolean, whether nothing that was acked by all until then is missing",
    missing: "list, partitions that the old master has more of, as far as known",
    "missing[].log": "text, the partition",
    "missing[].leader_end_offset": "integer, where it ends there",
    "missing[].end_offset": "integer, where it ends here",
    "missing[].records": "integer, the difference",
  },
};

/** `weir promote`: makes a slave the master, after saying what could be missing. */
export function promoteVerb(stdio: Stdio): Command {
  return verb("promote", "Make this slave the master", {
    examples: ["weir -b slave:9092 promote", "weir -b slave:9092 promote --yes --json"],
    json: promotedShape,
    exits: callExits,
  })
    .addOption(objectOption())
    .option("-y, --yes", "do not ask; needed where nobody can be asked")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<PromoteOptions>();
      await withClient(options, async (client) => {
        const before = await client.describePromotion();
        for (const line of promotionLines(before, NAMED_LOGS)) stdio.note(line);
        if (options.yes !== true) {
          const question = "This makes the slave the master.";
          const refusal = "a promotion can lose what only the master has.";
          await confirm(stdio, question, refusal, "not confirmed; nothing was changed");
        }
        const report = await client.promote();
        const { replication } = await client.status();
        const { leaderId, leaderEpoch } = replication;
        if (printsJson(options)) {
          const item = promotedItem(report, leaderId, leaderEpoch);
          stdio.out.appendText(objectLine(promotedShape, item));
        } else stdio.out.appendText(`broker ${leaderId} is the master, epoch ${leaderEpoch}\n`);
        await stdio.out.flush();
      });
    });
}

function promotedItem(report: PromotionReport, leader: number, epoch: number): object {
  return {
    leader,
    leader_epoch: epoch,
    old_leader: report.leaderId,
    old_leader_silent_ms: report.silentMs,
    was_in_sync: report.wasInSync,
    missing: report.missing.map(({ log, leaderEndOffset, endOffset }) => ({
      log,
      leader_end_offset: leaderEndOffset,
      end_offset: endOffset,
      records: leaderEndOffset - endOffset,
    })),
  };
}
