import { partitionOfLog } from "../../metadata/partition-names.ts";
import type { Clock, Timer } from "../../platform/clock.ts";
import { baseOffset, batchSizeBytes } from "../../record/batch.ts";
import type { LogStore } from "../../storage/log-store.ts";
import type { PartitionLog } from "../../storage/partition-log.ts";
import type { DamagedRange } from "../../storage/segments/damaged-range.ts";
import type { EventKind } from "../observability/event-kinds.ts";
import type { EventLog } from "../observability/event-log.ts";
import type { Links } from "./links.ts";
import type { SharedPartitions } from "./membership.ts";

/** How long after a failure it is tried again. */
const RETRY_MS = 10_000;
/** A larger range isn't fetched: it is held in memory. */
const MAX_RANGE_BYTES = 64 * 1024 * 1024;

/** What repairs stand on. */
export interface RepairsPath {
  readonly clock: Clock;
  readonly events: EventLog;
  readonly links: Links;
}

/** What is to be repaired, and by whom it is known who has other copies. */
export interface RepairsOf {
  readonly store: Pick<LogStore, "logs" | "replaceRange">;
  readonly membership: { readonly partitions: Pick<SharedPartitions, "otherCopy"> };
}

interface Damaged {
  readonly log: PartitionLog;
  readonly range: DamagedRange;
}

/**
 * Has damaged ranges fetched from another broker's copy, one after the other: all that the logs
 * know of, again and again until they are whole, or nobody has them.
 */
export class CopyRepairs {
  readonly #path: RepairsPath;
  #of: RepairsOf | null = null;
  #timer: Timer | null = null;
  #running = false;
  #stopped = false;
  /** Damage was found while repairs ran. */
  #foundMore = false;
  /** Ranges that nobody has, or that are too large. */
  readonly #givenUp = new WeakSet<DamagedRange>();
  /** Why ranges couldn't be fetched, as far as people have been told. */
  readonly #told = new WeakMap<DamagedRange, Set<string>>();

  constructor(path: RepairsPath) {
    this.#path = path;
  }

  /** Repairs what is found from now on, and what was found at the start. */
  begin(store: RepairsOf["store"], membership: RepairsOf["membership"]): void {
    this.#of = { store, membership };
    void this.#run();
  }

  /** Something turned out to be damaged. */
  found(): void {
    this.#foundMore = true;
    void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  async #run(): Promise<void> {
    if (!this.#of || this.#running || this.#timer || this.#stopped) return;
    this.#running = true;
    this.#foundMore = false;
    let isLeft = false;
    for (const each of this.#known(this.#of)) {
      if (!this.#stopped && !(await this.#repair(this.#of, each))) isLeft = true;
    }
    this.#running = false;
    if (this.#stopped || !(isLeft || this.#foundMore)) return;
    this.#timer = this.#path.clock.after(RETRY_MS, () => {
      this.#timer = null;
      void this.#run();
    });
  }

  #known({ store }: RepairsOf): Damaged[] {
    return [...store.logs.values()].flatMap((log) => {
      const ranges = log.damage.ranges.filter((range) => !this.#givenUp.has(range));
      return ranges.map((range) => ({ log, range }));
    });
  }

  /** Repairs a range, or gives it up; false: not now. */
  async #repair({ store, membership }: RepairsOf, damaged: Damaged): Promise<boolean> {
    const { log, range } = damaged;
    const { fromOffset, toOffset, position, endPosition } = range;
    if (log.removed || !log.damage.ranges.includes(range)) return true;
    if (endPosition - position > MAX_RANGE_BYTES) {
      const most = `more than the ${MAX_RANGE_BYTES} bytes that are fetched at a time`;
      this.#giveUp(damaged, `aren't fetched from another copy: they are ${most}`);
      return true;
    }
    // What isn't committed may be another thing elsewhere.
    const isCommitted = toOffset <= log.highWatermark;
    const node = isCommitted ? membership.partitions.otherCopy(log, toOffset) : null;
    const named = partitionOfLog(log.name);
    if (!node || !named) return false;
    try {
      const wanted = { ...named, fromOffset, toOffset };
      const bytes = within(await this.#path.links.read(node, wanted), range);
      if (await store.replaceRange(log, range, bytes)) {
        this.#tell(
          "info",
          "records-repaired",
          damaged,
          `are whole again: broker ${node.id} had them`,
        );
      } else {
        const whose = `broker ${node.id}, whose copy has other batches there`;
        this.#giveUp(damaged, `can't be had from ${whose}`);
      }
      return true;
    } catch (error) {
      this.#noteFailure(damaged, node.id, error);
      return false;
    }
  }

  #giveUp(damaged: Damaged, what: string): void {
    this.#givenUp.add(damaged.range);
    this.#tell("error", "records-not-repaired", damaged, what);
  }

  /** Tells each reason once, however often it is tried. */
  #noteFailure(damaged: Damaged, brokerId: number, error: unknown): void {
    const { range } = damaged;
    const reason = error instanceof Error ? error.message : String(error);
    const kind = error instanceof Error && "code" in error ? `${error.code}` : reason;
    const told = this.#told.get(range) ?? new Set();
    if (told.has(kind)) return;
    this.#told.set(range, told.add(kind));
    const what = `couldn't be fetched from broker ${brokerId}: ${reason}`;
    this.#tell("warning", "repair-failed", damaged, what);
  }

  #tell(
    severity: "info" | "warning" | "error",
    kind: EventKind,
    { log, range }: Damaged,
    what: string,
  ): void {
    const { fromOffset, toOffset, position, path: file } = range;
    const message = `offsets ${fromOffset} to ${toOffset - 1} ${what}`;
    const where = { fromOffset, toOffset, file, position };
    this.#path.events.add(severity, kind, { subject: log.name, message }, where);
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
