import type { Client } from "../../internal/client/api.ts";
import { ClientError } from "../../internal/client/errors.ts";
import type { PlannedOffset, ResetTarget } from "../../internal/client/group-reset-api.ts";
import { counted, grouped } from "../text/numbers.ts";
import type { App } from "./app.ts";
import type { ActionName } from "./bindings.ts";
import type { Question } from "./mode.ts";
import { refusalOf, refusalOfReset } from "./refusals.ts";

/** Does something at the broker, and tells what has come of it. */
export function change(
  app: App,
  action: ActionName,
  work: (client: Client) => Promise<string>,
): void {
  const refusal = refusalOf(app, action);
  if (refusal !== null) {
    app.tell(refusal, true);
    return;
  }
  work(app.session.client).then(
    (done) => app.tell(done),
    (error: unknown) => {
      if (!(error instanceof ClientError)) throw error;
      app.tell(error.message, true);
    },
  );
}

/** Creates a topic, of the broker's usual number of partitions if none is given. */
export function createTopic(app: App, name: string, partitionCount: number | null): void {
  change(app, "create", async (client) => {
    const request = { name, partitionCount, replicationFactor: null };
    const topic = await client.createTopic({ ...request, config: new Map() });
    return `${topic.name} was created, with ${counted(topic.partitionCount, "partition")}`;
  });
}

/** Asks for a topic's name, and deletes it. */
export function deleteTopic(app: App, name: string): void {
  const topic = app.session.world.topics.get(name);
  const records = topic ? `about ${counted(topic.offsetCount, "record")}` : "all its records";
  ask(app, "delete", {
    title: `delete ${name}`,
    lines: [`The topic and ${records} are gone for good.`],
    word: name,
    run: () =>
      change(app, "delete", async (client) => {
        await client.deleteTopic(name);
        return `${name} was deleted`;
      }),
  });
}

/** Asks for a topic's name, and gives it more partitions. */
export function growTopic(app: App, name: string, partitionCount: number): void {
  ask(app, "grow", {
    title: `give ${name} ${counted(partitionCount, "partition")}`,
    lines: [
      "It can't have fewer again.",
      "Records with a key may go to other partitions from then on.",
    ],
    word: name,
    run: () =>
      change(app, "grow", async (client) => {
        await client.createPartitions(name, partitionCount);
        return `${name} has ${counted(partitionCount, "partition")}`;
      }),
  });
}

/** Asks for a topic's name, and changes one of its settings; null: the broker's again. */
export function setConfig(app: App, topic: string, name: string, value: string | null): void {
  ask(app, "edit", {
    title: value === null ? `${topic}: take back ${name}` : `${topic}: set ${name} to ${value}`,
    lines: ["It holds from the next record on."],
    word: topic,
    run: () =>
      change(app, "edit", async (client) => {
        await client.alterTopicConfig(topic, new Map([[name, value]]));
        app.configs.load(topic);
        return value === null ? `${topic}: ${name} was taken back` : `${topic}: ${name}=${value}`;
      }),
  });
}

/** Asks for a group's name, with what would become of its offsets, and sets them. */
export function resetGroup(app: App, target: ResetTarget): void {
  const refusal = refusalOf(app, "reset") ?? refusalOfReset(app, target.groupId);
  if (refusal !== null) {
    app.tell(refusal, true);
    return;
  }
  const { groupId } = target;
  app.options.planReset(app.session.client, target).then(
    (planned) => {
      ask(app, "reset", {
        title: `reset ${groupId}`,
        lines: planLines(planned),
        word: groupId,
        run: () =>
          change(app, "reset", async (client) => {
            const offsets = planned.map(({ topic, partition, newOffset }) => {
              return { topic, partition, offset: newOffset };
            });
            await client.setGroupOffsets(groupId, offsets);
            return `${groupId} goes on elsewhere in ${counted(planned.length, "partition")}`;
          }),
      });
      app.draw();
    },
    (error: unknown) => app.tell(error instanceof Error ? error.message : String(error), true),
  );
}

/** Partitions of a plan that are shown one by one: those that move furthest. */
const SHOWN_OFFSETS = 8;

function planLines(planned: readonly PlannedOffset[]): string[] {
  const unknownCount = planned.filter(({ committedOffset }) => committedOffset === null).length;
  const moves = planned.map((one) => {
    return { ...one, by: one.newOffset - (one.committedOffset ?? one.newOffset) };
  });
  moves.sort((a, b) => Math.abs(b.by) - Math.abs(a.by));
  const again = moves.reduce((sum, { by }) => sum + Math.max(0, -by), 0);
  const skipped = moves.reduce((sum, { by }) => sum + Math.max(0, by), 0);
  const lines = moves.slice(0, SHOWN_OFFSETS).map(({ topic, partition, ...move }) => {
    const before = move.committedOffset === null ? "-" : grouped(move.committedOffset);
    return `${topic}-${partition}  ${before} -> ${grouped(move.newOffset)}`;
  });
  const more = planned.length - lines.length;
  return [
    `${grouped(again)} records are read again, ${grouped(skipped)} are left out.`,
    ...(unknownCount > 0 ? [`${counted(unknownCount, "partition")} had no offset.`] : []),
    "",
    ...lines,
    ...(more > 0 ? [`and ${grouped(more)} more partitions`] : []),
  ];
}

/** Asks for a group's name, and deletes it with its offsets. */
export function deleteGroup(app: App, groupId: string): void {
  ask(app, "delete", {
    title: `delete group ${groupId}`,
    lines: ["Its offsets are forgotten: who comes back in its name begins anew."],
    word: groupId,
    run: () =>
      change(app, "delete", async (client) => {
        await client.deleteGroup(groupId);
        return `${groupId} was deleted`;
      }),
  });
}

/** Asks for a word, and does what `question` says when it was typed. */
export function ask(app: App, action: ActionName, question: Question): void {
  const refusal = refusalOf(app, action);
  if (refusal !== null) app.tell(refusal, true);
  else app.mode = { kind: "confirm", question, typed: "" };
}
