/**
 * etcd, with what brokers that decide through it need and nothing else: a store of texts by key in
 * which every change has a number (its revision), leases, and watches.
 *
 * What is read was decided, by a majority of etcd's members. A call that fails with `unavailable`
 * may have been done all the same, also later.
 */
export interface Etcd {
  /** All keys that begin with `prefix`, as they were at one revision. */
  list(prefix: string): Promise<EtcdListing>;
  /** Makes all `changes` at once if all `conditions` hold, else none of them. */
  commit(
    conditions: readonly EtcdCondition[],
    changes: readonly EtcdChange[],
  ): Promise<EtcdOutcome>;
  /** A lease that ends when it isn't kept alive for `ttlMs`, or somewhat longer. */
  grantLease(ttlMs: number): Promise<EtcdLease>;
  /**
   * Begins the lease's time anew; a member that doesn't answer within `timeoutMs` is passed over.
   * Rejects with `EtcdError` `no-lease` if it has ended.
   */
  keepAlive(leaseId: string, timeoutMs: number): Promise<void>;
  /** Ends a lease, with all keys that are bound to it; fine if it has ended already. */
  revokeLease(leaseId: string): Promise<void>;
  /** Tells every change to keys that begin with `prefix`, from `fromRevision` on, in order. */
  watch(prefix: string, fromRevision: number, events: EtcdWatchEvents): EtcdWatch;
}

/** A key as it is. */
export interface EtcdEntry {
  readonly key: string;
  readonly value: string;
  /** The revision at which it was put last. */
  readonly revision: number;
  /** The lease with which it ends; null: none. */
  readonly leaseId: string | null;
}

/** Keys as they were at one revision. */
export interface EtcdListing {
  readonly revision: number;
  readonly entries: readonly EtcdEntry[];
}

/** A key was put last at this revision; 0: it isn't there. */
export interface EtcdCondition {
  readonly key: string;
  readonly revision: number;
}

/** What is to be done to a key, or to all that begin with a prefix. A key stands in one change. */
export type EtcdChange =
  | {
      readonly kind: "put";
      readonly key: string;
      readonly value: string;
      readonly leaseId?: string;
    }
  | { readonly kind: "delete"; readonly key: string }
  | { readonly kind: "delete-all"; readonly prefix: string };

/** What became of a commit: done at `revision`, or not, and how the conditions' keys are then. */
export type EtcdOutcome =
  | { readonly done: true; readonly revision: number }
  | { readonly done: false; readonly revision: number; readonly found: readonly EtcdEntry[] };

/** A lease, and after how long without a sign of life it ends: not less than was asked for. */
export interface EtcdLease {
  readonly id: string;
  readonly ttlMs: number;
}

/** A change that a watch tells; `entry` is null where the key is gone. */
export interface EtcdEvent {
  readonly key: string;
  readonly entry: EtcdEntry | null;
}

/** What a watch tells. */
export interface EtcdWatchEvents {
  /** All changes of one or more revisions, the last of which is `revision`. */
  changed(revision: number, events: readonly EtcdEvent[]): void;
  /** It is over, by itself: `compacted` if etcd doesn't know the changes any more. Told once. */
  ended(why: EtcdError): void;
}

/** A watch that has begun. */
export interface EtcdWatch {
  /** Ends it: nothing more is told. */
  close(): void;
}

/** Of `commit`: etcd takes no more conditions, or changes, at a time (its `--max-txn-ops`). */
export const MAX_COMMIT_CHANGES = 120;

/** What kind of failure a call met. */
export type EtcdErrorCode =
  /** It couldn't be reached, or has no majority: whether the call was done isn't known. */
  | "unavailable"
  | "no-lease"
  | "compacted"
  /** It said no: for want of rights, of space, or of sense. */
  | "refused";

/** A call that failed. */
export class EtcdError extends Error {
  override readonly name = "EtcdError";
  readonly code: EtcdErrorCode;

  constructor(code: EtcdErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** Throws what isn't a call to etcd that failed. */
export function onlyIfEtcd(error: unknown): asserts error is EtcdError {
  if (!(error instanceof EtcdError)) throw error;
}
