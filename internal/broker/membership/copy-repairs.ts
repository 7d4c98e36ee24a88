import { topicPartitionOf } from "../../metadata/log-name.ts";
import type { Clock, Timer } from "../../platform/clock.ts";
import { baseOffset, batchSizeBytes } from "../../record/batch.ts";
import type { LogStore } from "../../storage/log-store.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import type { DamagedRange } from "../../storage/segments/damaged-range.ts";
import type { EventLog } from "../observability/event-log.ts";
import type { Links } from "./links.ts";
import type { Membership } from "./membership.ts";

/** How long after a failure it is tried again. */
const RETRY_MS = 10_000;
/** So many ranges wait; of more, readers tell again. */
const MAX_WAITING = 1000;
/** A larger range isn't fetched: it is held in memory. */
const MAX_RANGE_BYTES = 64 * 1024 * 1024;

/** What repairs stand on. */
export interface RepairsPath {
  readonly clock: Clock;
  readonly events: EventLog;
  readonly links: Links;
}

interface Waiting {
  readonly log: PartitionLog;
  readonly range: DamagedRange;
}

/** Has damaged ranges fetched from the other broker's copy, one after the other. */
export class CopyRepairs {
  readonly #path: RepairsPath;
  #store: LogStore | null = null;
  #membership: Membership | null = null;
  #waiting: Waiting[] = [];
  #timer: Timer | null = null;
  #running = false;
  #stopped = false;

  constructor(path: RepairsPath) {
    this.#path = path;
  }

  /** Repairs what is found from now on, and what was found at the start. */
  begin(store: LogStore, membership: Membership): void {
    this.#store = store;
    this.#membership = membership;
    for (const { name, damage } of store.logs.values()) {
      for (const range of damage.ranges) this.found(name, range);
    }
  }

  /** A range turned out to be damaged. */
  found(name: string, range: DamagedRange): void {
    const log = this.#store?.logs.get(name);
    if (!log || this.#waiting.length >= MAX_WAITING) return;
    this.#waiting.push({ log, range });
    void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  async #run(): Promise<void> {
    if (this.#running || this.#timer || this.#stopped) return;
    this.#running = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    const failed: Waiting[] = [];
    for (const each of waiting) {
      if (!this.#stopped && !(await this.#repair(each))) failed.push(each);
    }
    this.#waiting = [...failed, ...this.#waiting].slice(0, MAX_WAITING);
    this.#running = false;
    if (this.#waiting.length > 0 && !this.#stopped) {
      this.#timer = this.#path.clock.after(RETRY_MS, () => {
        this.#timer = null;
        void this.#run();
      });
    }
  }

  /** Repairs a range; false: not now. */
  async #repair({ log, range }: Waiting): Promise<boolean> {
    const { events, links } = this.#path;
    const { fromOffset, toOffset, position, endPosition } = range;
    const place = topicPartitionOf(log.name);
    const isGone = log.removed || !log.damage.ranges.includes(range);
    if (!place || isGone || endPosition - position > MAX_RANGE_BYTES) return true;
    // What isn't committed may be another thing elsewhere.
    const isCommitted = toOffset <= log.highWatermark;
    const node = isCommitted ? this.#membership?.partitions.otherCopy(log, toOffset) : null;
    if (!node || !this.#store) return false;
    const where = { fromOffset, toOffset, file: range.path, position };
    const offsets = `offsets ${fromOffset} to ${toOffset - 1}`;
    try {
      const { topic, index: partition } = place;
      const wanted = { topic, partition, fromOffset, toOffset };
      const bytes = within(await links.read(node, wanted), range);
      const isWhole = await this.#store.replaceRange(log, range, bytes);
      const said = isWhole
        ? `${offsets} are whole again: broker ${node.id} had them`
        : `${offsets} can't be had from broker ${node.id}, whose copy has other batches there`;
      const happened = { subject: log.name, message: said };
      const kind = isWhole ? "records-repaired" : "records-not-repaired";
      events.add(isWhole ? "info" : "error", kind, happened, where);
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `${offsets} couldn't be fetched from broker ${node.id}: ${reason}`;
      events.add("warning", "repair-failed", { subject: log.name, message }, where);
      return false;
    }
  }
}

/** Of batches that follow each other those that begin in a range. */
function within(batches: Uint8Array, { fromOffset, toOffset }: DamagedRange): Uint8Array {
  const behind = (offset: number, from: number) => {
    let at = from;
    while (at < batches.length && baseOffset(batches, at) < offset) {
      at += batchSizeBytes(batches, at);
    }
    return at;
  };
  const from = behind(fromOffset, 0);
  return batches.subarray(from, behind(toOffset, from));
}
