import type { Clock, Timer } from "../clock.ts";
import {
  type Etcd,
  type EtcdChange,
  type EtcdCondition,
  type EtcdEntry,
  EtcdError,
  type EtcdEvent,
  type EtcdLease,
  type EtcdListing,
  type EtcdOutcome,
  type EtcdWatch,
  type EtcdWatchEvents,
} from "../etcd.ts";

interface Lease extends EtcdLease {
  timer: Timer | null;
}

/** All that etcd had at some time. */
export interface EtcdSnapshot {
  readonly revision: number;
  readonly entries: readonly EtcdEntry[];
  readonly leases: readonly EtcdLease[];
}

interface Watcher {
  readonly prefix: string;
  readonly events: EtcdWatchEvents;
}

interface Revision {
  readonly revision: number;
  readonly events: readonly EtcdEvent[];
}

/**
 * What etcd promises, in memory: one row of changes, each done wholly and seen by all at once.
 *
 * Calls answer in a later turn, as those of a real one do; `clock` is etcd's own.
 */
export class EtcdModel {
  readonly #clock: Clock;
  #entries = new Map<string, EtcdEntry>();
  #revision = 1;
  #history: Revision[] = [];
  #compactedTo = 0;
  #leaseCount = 0;
  readonly #leases = new Map<string, Lease>();
  readonly #watchers = new Set<Watcher>();
  #isPaused = false;
  /** Told of every change, before those who watch. */
  onChange: (revision: number, events: readonly EtcdEvent[]) => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get revision(): number {
    return this.#revision;
  }

  list(prefix: string): EtcdListing {
    const entries = [...this.#entries.values()].filter(({ key }) => key.startsWith(prefix));
    return {
      revision: this.#revision,
      entries: entries.sort((a, b) => (a.key < b.key ? -1 : 1)),
    };
  }

  commit(conditions: readonly EtcdCondition[], changes: readonly EtcdChange[]): EtcdOutcome {
    const holds = ({ key, revision }: EtcdCondition) =>
      (this.#entries.get(key)?.revision ?? 0) === revision;
    if (conditions.every(holds)) {
      this.#apply(changes);
      return { done: true, revision: this.#revision };
    }
    const found = conditions.flatMap(({ key }) => this.#entries.get(key) ?? []);
    return { done: false, revision: this.#revision, found };
  }

  grantLease(ttlMs: number): EtcdLease {
    const id = `${7_000_000 + ++this.#leaseCount}`;
    const lease = { id, ttlMs, timer: this.#expireLater(id, ttlMs) };
    this.#leases.set(id, lease);
    return { id, ttlMs };
  }

  keepAlive(leaseId: string): void {
    const lease = this.#leases.get(leaseId);
    if (!lease) throw new EtcdError("no-lease", `lease ${leaseId} has ended`);
    lease.timer?.cancel();
    lease.timer = this.#expireLater(leaseId, lease.ttlMs);
  }

  /** Whether a lease hasn't ended. */
  hasLease(leaseId: string): boolean {
    return this.#leases.has(leaseId);
  }

  /** How a key is. */
  entry(key: string): EtcdEntry | undefined {
    return this.#entries.get(key);
  }

  revokeLease(leaseId: string): void {
    const lease = this.#leases.get(leaseId);
    if (!lease) return;
    lease.timer?.cancel();
    this.#leases.delete(leaseId);
    const bound = [...this.#entries.values()].filter((entry) => entry.leaseId === leaseId);
    this.#apply(bound.map(({ key }) => ({ kind: "delete", key })));
  }

  watch(prefix: string, fromRevision: number, events: EtcdWatchEvents): EtcdWatch {
    const watcher = { prefix, events };
    if (fromRevision <= this.#compactedTo) {
      this.#clock.after(0, () => events.ended(new EtcdError("compacted", "it was compacted")));
      return { close() {} };
    }
    for (const past of this.#history) {
      if (past.revision >= fromRevision) tell(watcher, past);
    }
    this.#watchers.add(watcher);
    return { close: () => this.#watchers.delete(watcher) };
  }

  /** Forgets what came before the present revision. */
  compact(): void {
    this.#history = [];
    this.#compactedTo = this.#revision;
  }

  /** What it has now. */
  snapshot(): EtcdSnapshot {
    const leases = Array.from(this.#leases.values(), ({ id, ttlMs }) => ({ id, ttlMs }));
    return { revision: this.#revision, entries: [...this.#entries.values()], leases };
  }

  /** Goes back to an earlier state: what has happened since is forgotten. */
  restore({ revision, entries, leases }: EtcdSnapshot): void {
    for (const { timer } of this.#leases.values()) timer?.cancel();
    this.#leases.clear();
    for (const { id, ttlMs } of leases) {
      this.#leases.set(id, { id, ttlMs, timer: this.#expireLater(id, ttlMs) });
    }
    this.#entries = new Map(entries.map((entry) => [entry.key, entry]));
    this.#revision = revision;
    this.#history = this.#history.filter((past) => past.revision <= revision);
    this.endWatches();
  }

  /** Its leader is gone: until there is another, no lease ends, and watches have ended. */
  pause(): void {
    this.#isPaused = true;
    for (const lease of this.#leases.values()) {
      lease.timer?.cancel();
      lease.timer = null;
    }
    this.endWatches();
  }

  /** There is a leader again; all leases get their whole time anew. */
  resume(): void {
    this.#isPaused = false;
    for (const { id } of this.#leases.values()) this.keepAlive(id);
  }

  /** It is away for a moment: all watches end. */
  endWatches(): void {
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const { events } of watchers) events.ended(new EtcdError("unavailable", "etcd is away"));
  }

  #expireLater(leaseId: string, ttlMs: number): Timer | null {
    if (this.#isPaused) return null;
    return this.#clock.after(ttlMs, () => this.revokeLease(leaseId));
  }

  #apply(changes: readonly EtcdChange[]): void {
    for (const change of changes) this.#checkLease(change);
    const revision = this.#revision + 1;
    const events = changes.flatMap((change) => this.#change(change, revision));
    if (events.length === 0) return;
    this.#revision = revision;
    const past = { revision, events };
    this.#history.push(past);
    this.onChange(revision, events);
    for (const watcher of [...this.#watchers]) tell(watcher, past);
  }

  #checkLease(change: EtcdChange): void {
    if (change.kind !== "put" || change.leaseId === undefined) return;
    if (this.#leases.has(change.leaseId)) return;
    throw new EtcdError("no-lease", `lease ${change.leaseId} has ended`);
  }

  #change(change: EtcdChange, revision: number): EtcdEvent[] {
    if (change.kind === "put") {
      const { key, value, leaseId = null } = change;
      const entry = { key, value, revision, leaseId };
      this.#entries.set(key, entry);
      return [{ key, entry }];
    }
    const isGone = (key: string) =>
      change.kind === "delete" ? key === change.key : key.startsWith(change.prefix);
    const gone = [...this.#entries.keys()].filter(isGone);
    for (const key of gone) this.#entries.delete(key);
    return gone.map((key) => ({ key, entry: null }));
  }
}

function tell({ prefix, events }: Watcher, { revision, events: all }: Revision): void {
  const own = all.filter(({ key }) => key.startsWith(prefix));
  if (own.length > 0) events.changed(revision, own);
}

/** How a model is reached; `isAway` says that it isn't now. */
export function modelledEtcd(clock: Clock, model: EtcdModel, isAway = () => false): Etcd {
  const call = <T>(work: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      clock.after(0, () => {
        if (isAway()) return reject(new EtcdError("unavailable", "etcd is away"));
        try {
          const answer = work();
          clock.after(0, () => resolve(answer));
        } catch (error) {
          reject(error);
        }
      });
    });
  return {
    list: (prefix) => call(() => model.list(prefix)),
    commit: (conditions, changes) => call(() => model.commit(conditions, changes)),
    grantLease: (ttlMs) => call(() => model.grantLease(ttlMs)),
    keepAlive: (leaseId) => call(() => model.keepAlive(leaseId)),
    revokeLease: (leaseId) => call(() => model.revokeLease(leaseId)),
    watch: (prefix, fromRevision, events) => laterWatch(clock, model, prefix, fromRevision, events),
  };
}

/** A watch that tells what it has to in a later turn. */
function laterWatch(
  clock: Clock,
  model: EtcdModel,
  prefix: string,
  fromRevision: number,
  events: EtcdWatchEvents,
): EtcdWatch {
  let isOpen = true;
  const later = (work: () => void) => {
    clock.after(0, () => {
      if (isOpen) work();
    });
  };
  const watch = model.watch(prefix, fromRevision, {
    changed: (revision, changes) => later(() => events.changed(revision, changes)),
    ended: (why) => later(() => events.ended(why)),
  });
  return {
    close() {
      isOpen = false;
      watch.close();
    },
  };
}
