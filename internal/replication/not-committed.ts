import { StorageError } from "../storage/errors.ts";

/** Why a record that is written, or was to be, isn't committed. */
export type NotCommittedReason =
  /** This broker doesn't lead the log any more: whether the record stays, another will say. */
  | "not-leader"
  /** The record is in the leader's log; fewer copies have it than must. */
  | "not-enough-copies";

/** What those are told who wait for a log's `commits`, or would. */
export class NotCommitted extends StorageError {
  override readonly name = "NotCommitted";
  readonly reason: NotCommittedReason;

  constructor(reason: NotCommittedReason, message: string) {
    super("not-committed", message);
    this.reason = reason;
  }
}
