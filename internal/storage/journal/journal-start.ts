/** A file that the journal is made of. */
export interface JournalFile {
  readonly sequence: number;
  readonly path: string;
  /** Bytes of frames in it. */
  writtenBytes: number;
}

/** Where a journal goes on after a restart. */
export interface JournalStart {
  /** The files that recovery has found, in order. */
  readonly files: readonly JournalFile[];
  readonly lastSequence: number;
  readonly lastFrame: number;
  /** Frames up to this one were durable, with all that they tell of. */
  readonly syncedFrame: number;
}
