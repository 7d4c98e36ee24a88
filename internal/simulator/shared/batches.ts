import { kafkaErrors } from "../../doors/kafka/protocol/error-codes.ts";
import { storedCrc } from "../../record/batch.ts";
import { must } from "../failure.ts";
import { type Attempt, type Attempts, makeAttempt } from "../model/attempts.ts";
import type { IdempotentProducer, WrittenLog } from "../model/idempotent-producer.ts";
import type { SimulatedRandom } from "../random.ts";
import type { TraceValue } from "../trace.ts";
import type { Committed, Ledger } from "./ledger.ts";

/** Batches have times before this run's clock begins. */
const TIMES_MS = 1_600_000_000_000;

/** What a broker that lacks batches of a producer says to the next one. */
export const SEQUENCE_ERRORS: ReadonlySet<number> = new Set([
  kafkaErrors.OUT_OF_ORDER_SEQUENCE_NUMBER.code,
  kafkaErrors.DUPLICATE_SEQUENCE_NUMBER.code,
  kafkaErrors.INVALID_PRODUCER_EPOCH.code,
]);

/** What producers have in common. */
export interface ProducersWorld {
  readonly random: SimulatedRandom;
  readonly climate: { readonly largestBatchBytes: number };
  readonly attempts: Attempts;
  readonly witness: { ledgersOf(log: string): readonly Ledger<Committed>[] };
  attemptCount: number;
  acknowledged: number;
  duplicates: number;
  trace(event: string, ...values: readonly TraceValue[]): void;
}

/** A new batch for a log; chance decides on its size, where that isn't said. */
export function makeBatch(
  world: ProducersWorld,
  log: string,
  producer: Attempt["producer"],
  recordCount: number,
  sizeBytes = drawSize(world),
): Attempt {
  const { attempts } = world;
  const number = ++world.attemptCount;
  const attempt = makeAttempt({
    number,
    log,
    recordCount,
    sizeBytes,
    timestampMs: TIMES_MS + number,
    producer,
  });
  attempts.add(attempt);
  return attempt;
}

function drawSize({ random, climate }: ProducersWorld): number {
  return random.below(random.chance(0.3) ? climate.largestBatchBytes : 300);
}

/** What an idempotent producer is to send now: up to `most` new batches, and what waits. */
export function batchesOf<L extends WrittenLog>(
  world: ProducersWorld,
  producer: IdempotentProducer<L>,
  most: number,
): readonly Attempt[] {
  const { random } = world;
  for (let i = 0; i < most; i++) {
    const recordCount = random.between(1, 3);
    const baseSequence = producer.takeSequence(recordCount);
    if (baseSequence === null) break;
    const { id: producerId, epoch: producerEpoch, log } = producer;
    const sequence = { producerId, producerEpoch, baseSequence, transactional: false };
    producer.add(makeBatch(world, log.name, sequence, recordCount));
  }
  return producer.toSend(random.chance(0.2));
}

/** A batch was acked, and is there as its acks promise, unless `isGone` says that it needn't. */
export function noteAck(
  world: ProducersWorld,
  attempt: Attempt,
  acks: -1 | 0 | 1,
  offset: number,
  isGone = false,
): void {
  const { log, number, bytes } = attempt;
  world.trace("ack", log, number, offset);
  world.acknowledged++;
  if (attempt.state === "present") world.duplicates++;
  attempt.state = "present";
  const crc = storedCrc(bytes, 0);
  const isTrue = world.witness
    .ledgersOf(log)
    .some((ledger) =>
      acks === -1 ? ledger.wasCommitted(offset, crc) : ledger.wasWritten(offset, crc),
    );
  const text = () => `${log}: batch ${number} was acked (${acks}) at ${offset}`;
  must(isTrue || isGone, () => `${text()}, and wasn't there`);
}
