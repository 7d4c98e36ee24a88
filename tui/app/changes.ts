import type { Client } from "../../internal/client/api.ts";
import { ClientError } from "../../internal/client/errors.ts";
import { grouped } from "../text/numbers.ts";
import type { App } from "./app.ts";
import type { Question } from "./mode.ts";

/** What one may want to change, and why it can't be done now; null: it can. */
export function refusalOfChange(app: App): string | null {
  if (app.options.readOnly) return "this screen is read-only (--read-only)";
  if (app.session.world.link.state !== "live") return "there is no connection to the broker";
  return null;
}

/** Does something at the broker, and tells what has come of it. */
export function change(app: App, work: (client: Client) => Promise<string>): void {
  const refusal = refusalOfChange(app);
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
  change(app, async (client) => {
    const request = { name, partitionCount, replicationFactor: null, validateOnly: false };
    const topic = await client.createTopic({ ...request, config: new Map() });
    return `${topic.name} was created, with ${grouped(topic.partitionCount)} partitions`;
  });
}

/** Asks for a topic's name, and deletes it. */
export function deleteTopic(app: App, name: string): void {
  const topic = app.session.world.topics.get(name);
  const records = topic ? `about ${grouped(topic.offsetCount)} records` : "all its records";
  ask(app, {
    title: `delete ${name}`,
    lines: [`The topic and ${records} are gone for good.`],
    word: name,
    run: () =>
      change(app, async (client) => {
        await client.deleteTopic(name);
        return `${name} was deleted`;
      }),
  });
}

/** Asks for a topic's name, and gives it more partitions. */
export function growTopic(app: App, name: string, partitionCount: number): void {
  ask(app, {
    title: `give ${name} ${grouped(partitionCount)} partitions`,
    lines: [
      "It can't have fewer again.",
      "Records with a key may go to other partitions from then on.",
    ],
    word: name,
    run: () =>
      change(app, async (client) => {
        await client.createPartitions(name, partitionCount, false);
        return `${name} has ${grouped(partitionCount)} partitions`;
      }),
  });
}

/** Asks for a topic's name, and changes one of its settings; null: the broker's again. */
export function setConfig(app: App, topic: string, name: string, value: string | null): void {
  ask(app, {
    title: value === null ? `${topic}: take back ${name}` : `${topic}: set ${name} to ${value}`,
    lines: ["It holds from the next record on."],
    word: topic,
    run: () =>
      change(app, async (client) => {
        await client.alterTopicConfig(topic, new Map([[name, value]]), false);
        app.configs.load(topic);
        return value === null ? `${topic}: ${name} was taken back` : `${topic}: ${name}=${value}`;
      }),
  });
}

function ask(app: App, question: Question): void {
  const refusal = refusalOfChange(app);
  if (refusal !== null) app.tell(refusal, true);
  else app.mode = { kind: "confirm", question, typed: "" };
}
