import type { OffsetPosition } from "../../../broker/api.ts";
import { FieldError, int53, nullable, record, type Shape, text } from "./shapes.ts";

/** A place in a partition to start or stop reading at. */
export type StreamPosition =
  | OffsetPosition
  | { readonly kind: "offset"; readonly offset: number }
  /** That offset, or the nearest one that there is. */
  | { readonly kind: "nearest"; readonly offset: number };

/** A position as it is sent: its kind, and the one number that some of the kinds have. */
interface SentPosition {
  readonly kind: string;
  readonly offset: number | null;
  readonly timestampMs: number | null;
}

const sent = record<SentPosition>({
  kind: text,
  offset: nullable(int53()),
  timestampMs: nullable(int53()),
});

/** A place that has to be looked for. */
export const offsetPosition: Shape<OffsetPosition> = {
  read(value, strict) {
    const { kind, timestampMs } = sent.read(value, strict);
    if (kind === "earliest" || kind === "latest" || kind === "max-timestamp") return { kind };
    if (kind !== "at-time")
      return refuseKind("earliest, latest, max-timestamp, at-time, offset or nearest");
    return timestampMs === null ? refuseMissing("timestampMs") : { kind, timestampMs };
  },
  write: (position) =>
    sent.write({
      kind: position.kind,
      offset: null,
      timestampMs: position.kind === "at-time" ? position.timestampMs : null,
    }),
  lines: sent.lines,
};

/** A place that has to be looked for, or an offset. */
export const streamPosition: Shape<StreamPosition> = {
  read(value, strict) {
    const { kind, offset } = sent.read(value, strict);
    if (kind !== "offset" && kind !== "nearest") return offsetPosition.read(value, strict);
    return offset === null ? refuseMissing("offset") : { kind, offset };
  },
  write(position) {
    if (!("offset" in position)) return offsetPosition.write(position);
    return sent.write({ kind: position.kind, offset: position.offset, timestampMs: null });
  },
  lines: sent.lines,
};

function refuseKind(known: string): never {
  throw new FieldError("kind", `has to be ${known}`);
}

function refuseMissing(field: string): never {
  throw new FieldError(field, "is missing");
}
