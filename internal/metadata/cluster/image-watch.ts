import type { Clock, Timer } from "../../platform/clock.ts";
import {
  type Etcd,
  type EtcdEntry,
  EtcdError,
  type EtcdEvent,
  type EtcdWatch,
} from "../../platform/etcd.ts";
import type { Log } from "../../platform/log.ts";
import type { ClusterImage, ImageChanges } from "./cluster-image.ts";
import type { ClusterKeys } from "./cluster-keys.ts";

/** How long after a failure etcd is asked again. */
const RETRY_MS = 200;
/** A watch that has told nothing for so long is begun anew: its connection may be gone unseen. */
const SILENT_MS = 30_000;
/** Who has decided something waits so long at the most until it is told of it. */
const TOLD_MS = 5000;

/** What is kept up to etcd, and by what. */
export interface ImageWatchPath {
  readonly clock: Clock;
  readonly etcd: Etcd;
  readonly log: Log;
  readonly keys: ClusterKeys;
  readonly image: ClusterImage;
}

interface Waiting {
  readonly revision: number;
  readonly told: () => void;
}

/** Brings a broker's image of its cluster up to what etcd has, and keeps it there. */
export class ImageWatch {
  /** Told when the image is another. */
  onChange: ((changes: ImageChanges) => void) | null = null;
  /** Told once if etcd was set back to an older state: nothing is decided here any more. */
  onOutdated: ((why: EtcdError) => void) | null = null;
  readonly #path: ImageWatchPath;
  readonly #keys: ClusterKeys;
  readonly #image: ClusterImage;
  #watching: EtcdWatch | null = null;
  #renewal: Timer | null = null;
  #waiting: Waiting[] = [];
  #closed = false;
  #outdated: EtcdError | null = null;

  constructor(path: ImageWatchPath) {
    this.#path = path;
    this.#keys = path.keys;
    this.#image = path.image;
  }

  /** Reads all anew, and watches from there. Rejects with `EtcdError`. */
  async read(): Promise<void> {
    this.#watching?.close();
    const known = this.#image.revision;
    const { revision, entries } = await this.#path.etcd.list(this.#keys.prefix);
    this.checkRevision(revision, known);
    // An answer that was long under way is older than what a watch has told meanwhile.
    if (revision >= this.#image.revision) this.#takeAll(revision, entries);
    this.begin();
  }

  /** Reads all anew, now or as soon as that can be: etcd was away, and may be another one. */
  readAgain(): void {
    this.read().catch((error: unknown) => this.#notRead(error));
  }

  /** Watches from what is known on, in place of a watch that there was. */
  begin(): void {
    if (this.#closed) return;
    this.#watching?.close();
    this.#watching = this.#path.etcd.watch(this.#keys.prefix, this.#image.revision + 1, {
      changed: (revision, events) => {
        this.#take(revision, events);
        this.#renewLater();
      },
      ended: (why) => this.#again(why),
    });
    this.#renewLater();
  }

  /** Resolves when the image is as of this revision. Rejects with `EtcdError` after a while. */
  told(revision: number): Promise<void> {
    if (this.#image.revision >= revision) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = this.#path.clock.after(TOLD_MS, () => {
        this.#waiting = this.#waiting.filter((each) => each !== waiting);
        reject(new EtcdError("unavailable", "etcd doesn't tell what was decided"));
      });
      const waiting = {
        revision,
        told: () => {
          timer.cancel();
          resolve();
        },
      };
      this.#waiting.push(waiting);
    });
  }

  /**
   * Throws if etcd, or a key of it, is at an earlier revision than it had told: it has forgotten
   * what came since, and whoever was chosen then may lead nowhere.
   */
  checkRevision(revision: number, known: number): void {
    if (!this.#outdated && revision < known) {
      const what = `etcd is at revision ${revision}, and was at ${known}`;
      this.#outdated = new EtcdError("refused", `${what}: it was restored from an older state`);
      this.close();
      this.onOutdated?.(this.#outdated);
    }
    if (this.#outdated) throw this.#outdated;
  }

  /** Keeps the image as it is from now on. */
  close(): void {
    this.#closed = true;
    this.#watching?.close();
    this.#renewal?.cancel();
  }

  /** All that is there at this revision: other keys are gone. */
  #takeAll(revision: number, entries: readonly EtcdEntry[]): void {
    // Where others have written since, etcd may have come further again than it was.
    for (const each of entries) this.checkRevision(each.revision, this.#image.revisionOf(each.key));
    const there = new Set(entries.map(({ key }) => key));
    const gone = [...this.#image.knownKeys()].filter((key) => !there.has(key));
    const changed = entries.filter(({ key, revision }) => revision !== this.#image.revisionOf(key));
    this.#take(revision, [
      ...gone.map((key) => ({ key, entry: null })),
      ...changed.map((entry) => ({ key: entry.key, entry })),
    ]);
  }

  #take(revision: number, events: readonly EtcdEvent[]): void {
    const changes = this.#image.apply(revision, events);
    const told = this.#waiting.filter((waiting) => waiting.revision <= revision);
    this.#waiting = this.#waiting.filter((waiting) => waiting.revision > revision);
    this.onChange?.(changes);
    for (const waiting of told) waiting.told();
  }

  #again(why: EtcdError): void {
    this.#renewal?.cancel();
    this.#renewal = this.#path.clock.after(RETRY_MS, () => {
      if (why.code !== "compacted") this.#watchOn();
      else this.readAgain();
    });
  }

  /** Watches again, if etcd still has what was known: a restored one may know nothing of it. */
  #watchOn(): void {
    const known = this.#image.revision;
    this.#path.etcd.list(this.#keys.format).then(
      ({ revision }) => {
        try {
          this.checkRevision(revision, known);
        } catch {
          return; // that was told
        }
        this.begin();
      },
      (error: unknown) => {
        if (!(error instanceof EtcdError)) throw error;
        if (!this.#closed) this.#again(error);
      },
    );
  }

  #notRead(error: unknown): void {
    if (!(error instanceof EtcdError)) throw error;
    this.#path.log.error("cluster-not-read", { message: error.message });
    if (!this.#closed) this.#again(new EtcdError("compacted", error.message, error));
  }

  #renewLater(): void {
    this.#renewal?.cancel();
    if (this.#closed) return;
    this.#renewal = this.#path.clock.after(SILENT_MS, () => this.#watchOn());
  }
}
