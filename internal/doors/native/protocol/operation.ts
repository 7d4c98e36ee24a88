import { type RecordShape, record } from "./shapes.ts";

/** A request and its answer. */
export interface Operation<Request, Answer> {
  readonly name: string;
  readonly request: RecordShape<Request>;
  readonly answer: RecordShape<Answer>;
}

/** No fields at all. */
export type Nothing = Readonly<Record<never, never>>;

/** What has no fields. */
export const nothing: RecordShape<Nothing> = record<Nothing>({});
