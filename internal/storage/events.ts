import type { DamagedRange } from "./segments/damaged-range.ts";

/** What the storage tells people, once each. */
export interface StorageEvents {
  /** Records of a log turned out to be unreadable. */
  damaged(log: string, range: DamagedRange): void;
  /** A file was damaged, and was made anew; nothing is lost. */
  rebuilt(path: string): void;
  /** A file or folder that nothing needs any more can't be removed; `why` names it, too. */
  notRemoved(path: string, why: string): void;
  /** The disk has little space left; writes are refused when it is less than `minFreeBytes`. */
  diskLow(freeBytes: number, minFreeBytes: number): void;
}
