import { type Disk, DiskError, type DiskErrorCode, type DiskFile } from "../../platform/disk.ts";
import type { SimulatedRandom } from "../random.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Trace, TraceValue } from "../trace.ts";
import { Directory } from "./directory.ts";
import type { DiskFaults } from "./faults.ts";
import { FileContent } from "./file-content.ts";
import { type CrashKind, type FileSystem, naming } from "./file-system.ts";
import { SimulatedFile } from "./simulated-file.ts";

/** Free bytes of a disk that has no bound. */
const PLENTY_BYTES = 2 ** 50;

/** What a disk is made of. */
export interface DiskParts {
  readonly scheduler: Scheduler;
  readonly random: SimulatedRandom;
  readonly trace: Trace;
  readonly faults: DiskFaults;
  /** Does what the process was waiting for, when that runs. */
  readonly whenAwake: (work: () => void) => void;
}

/**
 * The disk as one process has it. It keeps the contract of `Disk`, and nothing that isn't in it:
 * what reaches the device without a sync, and in which order, the seed decides.
 *
 * The process may be made to crash in the middle of any call. What is left for the next one is
 * taken right then; this process goes on to the end of its event on a disk that is its own, and
 * nothing that it waits for ever comes.
 */
export class SimulatedDisk implements Disk {
  readonly files: FileSystem;
  readonly parts: DiskParts;
  readonly #locks = new Set<string>();
  readonly #openFiles = new Set<SimulatedFile>();
  /** How many syncs have failed. */
  failedSyncs = 0;
  /** How the process has crashed; null while it hasn't. */
  crashKind: CrashKind | null = null;
  #crash: { afterCalls: number; readonly kind: CrashKind } | null = null;
  #left: FileSystem | null = null;

  constructor(files: FileSystem, parts: DiskParts) {
    this.files = files;
    this.parts = parts;
  }

  /** Files that are open now. */
  get openFiles(): ReadonlySet<DiskFile> {
    return this.#openFiles;
  }

  /** Whether a crash is to come that hasn't come yet. */
  get mayCrash(): boolean {
    return this.#crash !== null && !this.#left;
  }

  /** What the crash has left; null while there was none. */
  get left(): FileSystem | null {
    return this.#left;
  }

  /** Lets the process crash in the call that comes after `calls` others that change the disk. */
  crashAfter(calls: number, kind: CrashKind): void {
    this.#crash = { afterCalls: calls, kind };
  }

  /** Lets the process crash now. */
  crash(kind: CrashKind): void {
    if (this.#left) return;
    this.trace("crash", kind);
    this.crashKind = kind;
    this.#left = this.files.after(kind, this.parts.random);
  }

  /** The system writes some of what hasn't been synced on its own account. */
  writeBack(): void {
    for (const [, file] of this.files.files()) file.writeBack(this.parts.random);
  }

  open(path: string, mode: "read" | "create"): DiskFile {
    let entry = this.files.find(path);
    if (entry === null && mode === "create") {
      this.beginCall("create", path);
      const place = this.#placeOf("open", path);
      entry = new FileContent();
      place.directory.change(naming(place.name, entry));
    }
    if (!(entry instanceof FileContent)) throw this.failure("missing", "open", path);
    const file = new SimulatedFile(this, path, entry, () => this.#openFiles.delete(file));
    this.#openFiles.add(file);
    return file;
  }

  list(directory: string): string[] {
    const entry = this.files.find(directory);
    return entry instanceof Directory ? [...entry.entries.keys()].sort() : [];
  }

  exists(path: string): boolean {
    return this.files.find(path) !== null;
  }

  makeDirectory(directory: string): void {
    if (this.exists(directory)) return;
    const above = directory.slice(0, directory.lastIndexOf("/"));
    if (above !== "") this.makeDirectory(above);
    this.beginCall("make-folder", directory);
    const place = this.#placeOf("make folder", directory);
    place.directory.change(naming(place.name, new Directory()));
  }

  rename(from: string, to: string): void {
    this.beginCall("rename", from, to);
    const source = this.#placeOf("rename", from);
    const target = this.#placeOf("rename", to);
    const entry = source.directory.entries.get(source.name);
    if (!entry) throw this.failure("missing", "rename", from);
    if (source.directory !== target.directory) throw new Error("a rename stays in its folder");
    const change = new Map([
      [source.name, null],
      [target.name, entry],
    ]);
    source.directory.change(change);
  }

  remove(path: string): void {
    const place = this.files.place(path);
    if (!(place?.directory.entries.get(place.name) instanceof FileContent)) return;
    this.beginCall("remove", path);
    if (this.fails("failedRemovals", path)) throw this.failure("failed", "remove", path);
    place.directory.change(naming(place.name, null));
  }

  removeDirectory(directory: string): void {
    const entry = this.files.find(directory);
    if (!(entry instanceof Directory)) return;
    for (const [name, child] of [...entry.entries]) {
      if (child instanceof Directory) this.removeDirectory(`${directory}/${name}`);
      else this.remove(`${directory}/${name}`);
    }
    this.beginCall("remove-folder", directory);
    const place = this.#placeOf("remove", directory);
    place.directory.change(naming(place.name, null));
  }

  async syncDirectory(directory: string): Promise<void> {
    this.beginCall("sync-folder", directory);
    const entry = this.files.find(directory);
    if (!(entry instanceof Directory)) throw this.failure("missing", "sync folder", directory);
    const sync = entry.beginSync();
    const { slowFolderSyncs, lateSyncsMs } = this.parts.faults;
    await this.until(this.dueMs(slowFolderSyncs) + lateSyncsMs);
    if (this.fails("failedSyncs", directory))
      throw this.failure("failed", "sync folder", directory);
    entry.endSync(sync);
  }

  freeBytes(_path: string): number {
    const { capacityBytes } = this.parts.faults;
    if (capacityBytes === Number.POSITIVE_INFINITY) return PLENTY_BYTES;
    return Math.max(0, capacityBytes - this.files.usedBytes);
  }

  capacityBytes(_path: string): number {
    return PLENTY_BYTES;
  }

  lock(path: string): { readonly release: () => void } | { readonly heldBy: number } {
    if (this.#locks.has(path)) return { heldBy: 1 };
    this.open(path, "create").close();
    this.#locks.add(path);
    return { release: () => this.#locks.delete(path) };
  }

  /** Notes a call that changes the disk; the process may crash before it has done anything. */
  beginCall(call: string, path: string, ...values: readonly TraceValue[]): void {
    this.trace(call, path, ...values);
    this.crashIfDue();
  }

  /** Crashes if it is time; `before` is done of the call by then. */
  crashIfDue(before?: () => void): void {
    if (!this.#crash || this.#left || this.#crash.afterCalls-- > 0) return;
    before?.();
    this.crash(this.#crash.kind);
  }

  /** When the device is done with something that begins now and is so many times slower. */
  dueMs(times = 1): number {
    const { random, faults, scheduler } = this.parts;
    const scaleMs = random.pick([0.1, 0.3, 0.3, 1, 1, 1, 5, 40]);
    return scheduler.nowMs + random.fraction() * scaleMs * faults.slowness * times;
  }

  /** Resolves at a time; never, if the process has crashed by then. */
  until(dueMs: number): Promise<void> {
    const { scheduler, whenAwake } = this.parts;
    return new Promise((resolve) => {
      scheduler.after(dueMs - scheduler.nowMs, () =>
        whenAwake(() => {
          if (!this.#left) resolve();
        }),
      );
    });
  }

  fails(
    what: "failedWrites" | "failedSyncs" | "failedReads" | "failedRemovals",
    path: string,
  ): boolean {
    const { [what]: share, failsBelow } = this.parts.faults;
    const fails = share > 0 && this.parts.random.chance(share) && path.startsWith(failsBelow);
    if (fails && what === "failedSyncs") this.failedSyncs++;
    return fails;
  }

  failure(code: DiskErrorCode, operation: string, path: string): DiskError {
    this.trace("failure", code, operation, path);
    return new DiskError(code, operation, path, new Error(code));
  }

  trace(event: string, ...values: readonly TraceValue[]): void {
    this.parts.trace.add(this.parts.scheduler.nowMs, event, ...values);
  }

  #placeOf(operation: string, path: string): { directory: Directory; name: string } {
    const place = this.files.place(path);
    if (!place) throw this.failure("missing", operation, path);
    return place;
  }
}
