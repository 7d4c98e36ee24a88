import { expect, test } from "bun:test";
import { seeded } from "../../record/samples.testing.ts";
import { idOf } from "../fixture.testing.ts";
import { decodeChange, encodeChange } from "../records.ts";
import { ConsumerReplay, changesBetween } from "./changes.ts";
import { joining, rulesOver, staying } from "./core.testing.ts";
import { type ConsumerGroup, NEW_GROUP, stateOf } from "./group-state.ts";
import { heartbeat } from "./heartbeat.ts";
import { departed } from "./leave.ts";
import { common, isSame, NO_PARTITIONS, type Partitions } from "./partitions.ts";

const TOPICS = ["orders", "bills", "parcels"];
const REGEXES = ["orders|bills", ".*s", "none"];

/** A client as it is: what it believes, and what it reads. */
interface Client {
  readonly memberId: string;
  readonly instanceId: string | null;
  topics: readonly string[];
  topicRegex: string;
  epoch: number;
  /** What it reads at this moment. */
  owned: Partitions;
  /** What it was told to have, while it still has to stop reading others. */
  told: Partitions | null;
  /** Whether it waits for an answer that won't come. */
  isUnsure: boolean;
}

/** Lives of a group whose clients come, go, lose answers and change their minds. */
class Life {
  readonly #random: () => number;
  readonly topics = new Map(TOPICS.map((topic) => [topic, 4]));
  readonly clients = new Map<string, Client>();
  readonly replay = new ConsumerReplay();
  group: ConsumerGroup = NEW_GROUP;
  #nextId = 0;

  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }

  step(): void {
    const client = [...this.clients.values()][this.below(this.clients.size)];
    const choice = this.below(20);
    if (client === undefined || choice === 0) this.#come();
    else if (choice === 1) this.#leave(client);
    else if (choice === 2) this.#expire(client);
    else if (choice === 3) this.#changeTopics();
    else if (choice === 4) this.#changeMind(client);
    else if (choice < 9) this.stopReading(client);
    else this.beat(client, this.below(6) === 0);
  }

  /** A heartbeat; its answer may be lost. */
  beat(client: Client, isLost = false): void {
    const { memberId, instanceId, epoch, owned, topics, topicRegex } = client;
    const full = { topics, topicRegex, rebalanceTimeoutMs: 30_000 };
    // Who has missed an answer says everything again.
    const said = client.isUnsure || this.below(3) === 0 ? full : {};
    const request =
      epoch === 0
        ? joining({ memberId, instanceId, ...full })
        : staying({ memberId, instanceId, memberEpoch: epoch, owned, ...said });
    const step = heartbeat(this.group, request, rulesOver(this.topics));
    if (step.error !== null) {
      // Fenced: it stops reading, and begins anew.
      Object.assign(client, { epoch: 0, owned: NO_PARTITIONS, told: null });
      return;
    }
    this.#became(step.group);
    client.isUnsure = isLost;
    if (isLost) {
      // What it was told before may not be so any more: it is told again.
      client.told = null;
      return;
    }
    client.epoch = step.memberEpoch;
    if (step.assignment !== null) client.told = step.assignment;
    if (client.told !== null && this.below(2) === 0) this.stopReading(client);
  }

  /** It gives up what it isn't to have any more, and reads what it got. */
  stopReading(client: Client): void {
    if (client.told === null) return;
    client.owned = client.told;
    client.told = null;
  }

  #come(): void {
    const memberId = `m${this.#nextId++}`;
    const instanceId = this.below(4) === 0 ? `i${memberId}` : null;
    const nothing = { epoch: 0, owned: NO_PARTITIONS, told: null, isUnsure: false };
    const topics = this.#someTopics();
    this.clients.set(memberId, { memberId, instanceId, topics, topicRegex: "", ...nothing });
  }

  #leave({ memberId, instanceId }: Client): void {
    this.clients.delete(memberId);
    const request = staying({ memberId, instanceId, memberEpoch: -1 });
    const step = heartbeat(this.group, request, rulesOver(this.topics));
    if (step.error === null) this.#became(step.group);
  }

  /** The broker takes it for dead: it stops reading at the same time. */
  #expire(client: Client): void {
    if (!this.group.members.has(client.memberId)) return;
    this.#became(departed(this.group, [client.memberId], rulesOver(this.topics)));
    Object.assign(client, { owned: NO_PARTITIONS, told: null });
  }

  #changeTopics(): void {
    const topic = TOPICS[this.below(TOPICS.length)] ?? "";
    if (this.below(4) === 0) this.topics.delete(topic);
    else this.topics.set(topic, (this.topics.get(topic) ?? 0) + 1);
  }

  #changeMind(client: Client): void {
    client.topics = this.#someTopics();
    client.topicRegex = this.below(2) === 0 ? "" : (REGEXES[this.below(REGEXES.length)] ?? "");
  }

  #someTopics(): string[] {
    return TOPICS.filter(() => this.below(2) === 0);
  }

  /** Every change goes through the log, and comes out of it as it was. */
  #became(group: ConsumerGroup): void {
    for (const change of changesBetween("g", this.group, group)) {
      const { key, value } = encodeChange(change);
      const decoded = decodeChange(key, value);
      if (typeof decoded === "string" || decoded.kind === "group" || decoded.kind === "offset") {
        throw new Error(`${change.kind} is read as ${JSON.stringify(decoded)}`);
      }
      this.replay.apply(decoded);
    }
    this.group = group;
  }
}

function expectDisjoint(parts: readonly Partitions[]): void {
  parts.forEach((part, index) => {
    for (const other of parts.slice(index + 1)) {
      if (common(part, other).size > 0) throw new Error("a partition has two owners");
    }
  });
}

test("no partition has two owners, whatever happens; in the end each has one", () => {
  for (let seed = 0; seed < 20; seed++) {
    const life = new Life(seed);
    for (let round = 0; round < 250; round++) {
      life.step();
      expectDisjoint([...life.clients.values()].map(({ owned }) => owned));
      const holdings = [...life.group.members.values()].map(({ holding }) => holding);
      expectDisjoint(holdings.flatMap(({ assigned, revoking }) => [assigned, revoking]));
    }
    if (life.group !== NEW_GROUP) expect(life.replay.group("g")).toEqual(life.group);
    expectSettled(life);
  }
});

/** When nothing happens any more, a few heartbeats of each give everything to somebody. */
function expectSettled(life: Life): void {
  for (let round = 0; round < 12; round++) {
    for (const client of life.clients.values()) {
      life.beat(client);
      life.stopReading(client);
    }
  }
  const { group, clients, topics } = life;
  expect([stateOf(group), group.members.size]).toEqual([
    clients.size === 0 ? "Empty" : "Stable",
    clients.size,
  ]);
  for (const [topic, partitionCount] of topics) {
    const readers = [...clients.values()].filter(({ topics: names, topicRegex }) => {
      return (
        names.includes(topic) || (topicRegex !== "" && new RegExp(`^(${topicRegex})$`).test(topic))
      );
    });
    const owned = [...clients.values()].flatMap((each) => each.owned.get(idOf(topic)) ?? []);
    const all = Array.from({ length: partitionCount }, (_, partition) => partition);
    expect(owned.sort((a, b) => a - b)).toEqual(readers.length === 0 ? [] : all);
  }
  for (const { memberId, owned } of clients.values()) {
    const holding = group.members.get(memberId)?.holding;
    expect(isSame(owned, holding?.assigned ?? NO_PARTITIONS)).toBe(true);
  }
}
