import type { FoundLeaders, LeadersWanted } from "../../broker/membership/find-leaders.ts";
import { findLeaders } from "../../doors/native/protocol/cluster-operations.ts";
import { call } from "../call.ts";
import { ClientError } from "../errors.ts";
import type { Links } from "./links.ts";

/** A broker that doesn't answer for so long is passed over: others know as much. */
const ASK_TIMEOUT_MS = 2000;

/** What a client knows of who leads and who coordinates; what it doesn't know it asks for. */
export class Directory {
  readonly #links: Links;
  readonly #leaders = new Map<string, Promise<readonly number[]>>();
  readonly #coordinators = new Map<string, Promise<number>>();
  /** Whom to ask next: each time another one, as one may be cut off and know what was. */
  #turn = 0;

  constructor(links: Links) {
    this.#links = links;
  }

  /** Who leads the partitions of a topic; -1 where nobody does. Rejects if there is no topic. */
  leaders(topic: string): Promise<readonly number[]> {
    return remembered(this.#leaders, topic, async () => {
      const { topics } = await this.#ask({ topics: [topic], groups: [] });
      const [found] = topics;
      if (found) return found.leaders;
      throw new ClientError("unknown-topic-or-partition", `there is no topic ${topic}`);
    });
  }

  /** Who leads a partition. Rejects if there is none, or nobody leads it now. */
  async leader(topic: string, partition: number): Promise<number> {
    const leader = (await this.leaders(topic))[partition];
    if (leader === undefined) {
      const message = `there is no partition ${partition} of ${topic}`;
      throw new ClientError("unknown-topic-or-partition", message);
    }
    if (leader >= 0) return leader;
    throw new ClientError("not-leader", `nobody leads partition ${partition} of ${topic} now`);
  }

  /** Who coordinates a group. Rejects if nobody does now. */
  coordinator(groupId: string): Promise<number> {
    return remembered(this.#coordinators, groupId, async () => {
      const { groups } = await this.#ask({ topics: [], groups: [groupId] });
      const coordinator = groups[0]?.coordinator ?? -1;
      if (coordinator >= 0) return coordinator;
      throw new ClientError("coordinator-not-available", `nobody coordinates ${groupId} now`);
    });
  }

  /** All brokers that are there. */
  async brokers(): Promise<readonly number[]> {
    const { brokers } = await this.#ask({ topics: [], groups: [] });
    return brokers.map(({ brokerId }) => brokerId);
  }

  /** What was known of a topic isn't so any more. */
  forgetTopic(topic: string): void {
    this.#leaders.delete(topic);
  }

  forgetGroup(groupId: string): void {
    this.#coordinators.delete(groupId);
  }

  /** Asks one broker after the other until one answers. */
  async #ask(wanted: LeadersWanted): Promise<FoundLeaders> {
    const known = this.#links.known;
    let failure = new ClientError("unreachable", "no broker of the cluster is known");
    for (let tries = 0; tries < known.length; tries++) {
      const brokerId = known[(this.#turn + tries) % known.length] ?? -1;
      try {
        const caller = await this.#links.to(brokerId);
        const found = await call(caller, findLeaders, wanted, { timeoutMs: ASK_TIMEOUT_MS });
        this.#links.learn(found.brokers);
        return found;
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        failure = error;
      } finally {
        this.#turn++;
      }
    }
    throw failure;
  }
}

/** What is known under a name, or is being asked; a failure isn't remembered. */
function remembered<T>(
  known: Map<string, Promise<T>>,
  name: string,
  ask: () => Promise<T>,
): Promise<T> {
  const before = known.get(name);
  if (before) return before;
  const asking = ask();
  known.set(name, asking);
  asking.catch(() => {
    if (known.get(name) === asking) known.delete(name);
  });
  return asking;
}
