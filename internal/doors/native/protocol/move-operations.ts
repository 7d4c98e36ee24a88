/** The requests about where copies are, and who is to have them. */
import type { Reassignment } from "../../../broker/membership/cluster-admin.ts";
import type { CopyPlacement } from "../../../broker/membership/copy-placement.ts";
import type { NamedPartition } from "../../../metadata/partition-names.ts";
import { type Nothing, nothing, type Operation } from "./operation.ts";
import { flag, int32, int53, list, nullable, optional, record, text } from "./shapes.ts";

/** More entries than any list of one answer has; the bound of a frame is reached before. */
const MANY = 1_000_000;

/** Which partitions a request asks for. */
export interface ListCopiesRequest {
  readonly movingOnly: boolean;
}

const placement = record<CopyPlacement>({
  topic: text,
  partition: int32(),
  leader: int32(-1),
  replicas: list(int32(), MANY),
  adding: list(int32(), MANY),
  removing: list(int32(), MANY),
  isr: list(int32(), MANY),
  sizeBytes: int53(),
});

/** Where the copies of all partitions are, or of those that are being moved. */
export const listCopies: Operation<
  ListCopiesRequest,
  { readonly partitions: readonly CopyPlacement[] }
> = {
  name: "list-copies",
  request: record<ListCopiesRequest>({ movingOnly: optional(flag, false) }),
  answer: record<{ readonly partitions: readonly CopyPlacement[] }>({
    partitions: list(placement, MANY),
  }),
};

/** Partitions to be moved. */
export interface ReassignRequest {
  readonly moves: readonly Reassignment[];
}

/** A move that can't be. */
export interface RefusedMove extends NamedPartition {
  readonly code: string;
  readonly message: string;
}

/** Has partitions moved to other brokers; what can't be is in the answer. */
export const reassign: Operation<ReassignRequest, { readonly refused: readonly RefusedMove[] }> = {
  name: "reassign",
  request: record<ReassignRequest>({
    moves: list(
      record<Reassignment>({
        topic: text,
        partition: int32(),
        replicas: nullable(list(int32(), MANY)),
      }),
      MANY,
    ),
  }),
  answer: record<{ readonly refused: readonly RefusedMove[] }>({
    refused: list(
      record<RefusedMove>({ topic: text, partition: int32(), code: text, message: text }),
      MANY,
    ),
  }),
};

/** Whether a broker is to have copies. */
export interface DrainRequest {
  readonly brokerId: number;
  readonly drained: boolean;
}

/** Has a broker get no new copies, and lead only where nobody else can; or takes that back. */
export const drainBroker: Operation<DrainRequest, Nothing> = {
  name: "drain-broker",
  request: record<DrainRequest>({ brokerId: int32(), drained: flag }),
  answer: nothing,
};

/** A broker by its id. */
export interface BrokerName {
  readonly brokerId: number;
}

/** Forgets a broker that has stopped for good. */
export const removeBroker: Operation<BrokerName, Nothing> = {
  name: "remove-broker",
  request: record<BrokerName>({ brokerId: int32() }),
  answer: nothing,
};

/** A bound for what each broker sends to new copies; null: none. */
export interface CopyingLimit {
  readonly bytesPerSecond: number | null;
}

/** Bounds how fast each broker sends to new copies. */
export const limitCopying: Operation<CopyingLimit, Nothing> = {
  name: "limit-copying",
  request: record<CopyingLimit>({ bytesPerSecond: nullable(int53(1)) }),
  answer: nothing,
};
