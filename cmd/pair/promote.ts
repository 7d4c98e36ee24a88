import type { Command } from "commander";
import type { PromotionReport } from "../../internal/client/api.ts";
import { confirm } from "../confirm.ts";
import { withClient } from "../connection.ts";
import { callExits, type ObjectOptions, objectOption, printsJson, verb } from "../options.ts";
import { counted, humanDuration } from "../output/numbers.ts";
import { type JsonShape, objectLine } from "../output/shape.ts";
import type { Stdio } from "../stdio.ts";

/** So many partitions with missing records are named. */
const SHOWN_LOGS = 20;

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
        for (const line of reportLines(before)) stdio.note(line);
        if (options.yes !== true) {
          const question = "This makes the slave the master; the old one will have to follow.";
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

/** What is known of what could be missing, for people. */
function reportLines({ leaderId, silentMs, wasInSync, missing }: PromotionReport): string[] {
  const master = leaderId < 0 ? "The master" : `Broker ${leaderId}, the master,`;
  const told =
    silentMs === null
      ? "hasn't said yet what it has"
      : `said ${humanDuration(silentMs)} ago what it has`;
  const lines = [`${master} ${told}.`];
  if (wasInSync) {
    lines.push(
      "This slave was in sync then: nothing that was acked by all until then is missing.",
      "With replication.policy=degrade, the master may have acked alone since.",
    );
  } else {
    const since = silentMs === null ? "ever" : "since";
    lines.push(`This slave wasn't in sync: whatever the master has taken ${since} is lost.`);
  }
  const known = missing.filter(({ leaderEndOffset, endOffset }) => leaderEndOffset > endOffset);
  for (const { log, leaderEndOffset, endOffset } of known.slice(0, SHOWN_LOGS)) {
    const count = counted(leaderEndOffset - endOffset, "record");
    lines.push(`${log}: missing are ${count}, from offset ${endOffset} on.`);
  }
  const others = known.length - SHOWN_LOGS;
  if (others > 0) lines.push(`... and so of ${counted(others, "more partition")}.`);
  return lines;
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
