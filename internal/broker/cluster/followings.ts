import type { PartitionLog } from "../../storage/partition-log.ts";
import type { CutOff } from "../../storage/truncation.ts";
import { Following } from "../membership/following.ts";
import { onlyIfStorage } from "../storage-errors.ts";
import type { ClusterPath } from "./cluster-path.ts";

/** A leader that is followed, with all of its logs that are copied here. */
interface Followed {
  readonly following: Following;
  readonly logs: Set<PartitionLog>;
  /** The life of the leader that was there last. */
  session: string;
}

/** This broker's sessions with the leaders of what it copies: one with each. */
export class Followings {
  readonly #path: ClusterPath;
  readonly #byLeader = new Map<number, Followed>();
  readonly #byLog = new Map<PartitionLog, Followed>();
  #closed = false;

  constructor(path: ClusterPath) {
    this.#path = path;
  }

  /** The session by which a log is copied. */
  of(log: PartitionLog): Following | undefined {
    return this.#byLog.get(log)?.following;
  }

  /** Copies a log from now on, from its end, also if it was copied from this leader before. */
  follow(log: PartitionLog, leaderId: number): void {
    this.forget(log);
    if (this.#closed) return;
    const followed = this.#byLeader.get(leaderId) ?? this.#begin(leaderId);
    this.#byLog.set(log, followed);
    followed.logs.add(log);
    followed.following.follow(log);
  }

  /** Copies a log no longer; what was taken of it may still become durable. */
  forget(log: PartitionLog): void {
    const followed = this.#byLog.get(log);
    this.#byLog.delete(log);
    followed?.logs.delete(log);
    followed?.following.forget(log);
  }

  /** When the leaders that are followed were heard, if they ever were. */
  *heardAtMs(): Generator<number> {
    for (const { following } of this.#byLeader.values()) {
      if (following.heardAtMs !== null) yield following.heardAtMs;
    }
  }

  /** Resolves when no log is being cut that was forgotten before. */
  async settled(): Promise<void> {
    await Promise.all([...this.#byLeader.values()].map(({ following }) => following.settled()));
  }

  /** Brokers came or went: who is there anew is sought at once, who has nothing for us is left. */
  brokersChanged(): void {
    const { live } = this.#path.metadata.image;
    for (const [leaderId, followed] of this.#byLeader) {
      const session = live.get(leaderId)?.session ?? "";
      if (session !== "" && session !== followed.session) {
        followed.session = session;
        followed.following.restart();
      }
      if (followed.logs.size > 0 || session !== "") continue;
      this.#byLeader.delete(leaderId);
      followed.following.stop().catch(onlyIfStorage);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#byLeader.values()];
    await Promise.allSettled(all.map(({ following }) => following.stop()));
  }

  #begin(leaderId: number): Followed {
    const { clock, log, store, links, lagTimeMaxMs, metadata } = this.#path;
    const { brokerId, advertised, rack, events } = this.#path;
    const logs = new Set<PartitionLog>();
    let { host, port } = metadata.image.live.get(leaderId) ?? { host: "", port: 0 };
    const following = new Following({
      clock,
      log,
      store,
      links,
      lagTimeMaxMs,
      address: () => {
        const known = metadata.image.live.get(leaderId);
        if (known) ({ host, port } = known);
        return { host, port };
      },
      hello: () => {
        const { clusterId } = metadata;
        const own = { ...advertised, rack, brokerId, mode: "sync", epoch: 0 } as const;
        return { ...own, clusterId };
      },
      opened: async (hello) => {
        if (hello.leaderId === leaderId && hello.clusterId === metadata.clusterId) return;
        throw new Error(`broker ${leaderId} isn't where the cluster says: ${hello.leaderId} is`);
      },
      logs: () => logs,
      hasAllLogs: () => true, // the cluster says which those are
      copied() {},
      cut: (cut) => noteCut(this.#path, cut),
      lost: () => {
        const message = `broker ${leaderId}, which is followed, isn't heard`;
        events.add("warning", "leader-lost", { subject: "", message });
      },
      unreachable() {},
    });
    const session = metadata.image.live.get(leaderId)?.session ?? "";
    const followed = { following, logs, session };
    this.#byLeader.set(leaderId, followed);
    following.start();
    return followed;
  }
}

function noteCut({ events }: ClusterPath, { log, endOffset, oldEndOffset, path }: CutOff): void {
  const what = `${log.name}: records from offset ${endOffset} to ${oldEndOffset} were cut`;
  const message = `${what}: the leader has others; they are in ${path}`;
  events.add("warning", "records-cut", { subject: log.name, message });
}
