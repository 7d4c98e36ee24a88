import type { Clock } from "../platform/clock.ts";
import { recordCount } from "../record/batch.ts";
import type { OnAppended } from "../storage/append-group.ts";
import type { LogStore } from "../storage/log-store.ts";
import type { OnProduced, ProduceReceipt, ProduceRequest } from "./api.ts";
import { admitBatch, admitRestored, recompressed } from "./batch-rules.ts";
import { BrokerError } from "./errors.ts";
import { internalTopic, isInternal } from "./groups/groups-topic.ts";
import type { Membership } from "./membership/membership.ts";
import type { EventLog } from "./observability/event-log.ts";
import type { RefusalCounts } from "./observability/refusal-counts.ts";
import type { Traffic } from "./observability/traffic.ts";
import { WriteEvents } from "./observability/write-events.ts";
import { fenced, tooFewCopies, unknownPartition } from "./refusals.ts";
import { brokerError } from "./storage-errors.ts";
import type { Topics } from "./topics/topics.ts";

/** What a producer's batch goes through. */
export interface AppendsPath {
  readonly clock: Clock;
  readonly store: LogStore;
  readonly topics: Topics;
  readonly membership: Membership;
  readonly traffic: Traffic;
  readonly events: EventLog;
  readonly refusals: RefusalCounts;
}

/** Takes producers' batches: checks them, has them written, and acks them as they asked. */
export class Appends {
  readonly #path: AppendsPath;
  readonly #writeEvents: WriteEvents;

  constructor(path: AppendsPath) {
    this.#path = path;
    this.#writeEvents = new WriteEvents(path.events);
  }

  submit(request: ProduceRequest, done: OnProduced): void {
    const refusal = this.#append(request, false, done);
    if (refusal) this.#refuse(refusal, done);
  }

  /** Puts back a batch that was copied from a log, with its own offsets. */
  restore(request: ProduceRequest, done: OnProduced): void {
    const refusal = this.#append(request, true, done);
    if (refusal) this.#refuse(refusal, done);
  }

  #refuse(refusal: BrokerError, done: OnProduced): void {
    this.#path.refusals.add(refusal.code);
    done(refusal);
  }

  /** Begins an append, of which `done` will be told; returns why not if it may not begin. */
  #append(request: ProduceRequest, restores: boolean, done: OnProduced): BrokerError | null {
    const { topic, partition: index, buffer, from, to, acks } = request;
    const { clock, store, topics, membership, traffic } = this.#path;
    if (isInternal(topic)) return internalTopic(topic);
    const { refusal, leader } = membership;
    if (refusal) return refusal;
    const partition = topics.partition(topic, index);
    if (!partition) return unknownPartition(topic, index);
    const { log, place } = partition;
    const { settings } = partition.topic;
    const led = leader?.led(log);
    if (!leader || !led) return membership.partitions.refusalOf(place);
    if (leader.isFenced) return fenced(led);
    const { copies, epoch } = led;
    const logAppendTimeMs = restores
      ? (admitRestored(log, epoch, buffer, from, to) ?? -1)
      : admitBatch(settings, buffer, from, to, clock.nowMs());
    if (logAppendTimeMs instanceof BrokerError) return logAppendTimeMs;
    if (restores && log.commits.refusal) return brokerError(log.commits.refusal);
    if (acks === -1 && !copies.enough) return tooFewCopies(partition, copies.isr.length);
    const packed = restores ? null : recompressed(settings, buffer, from);
    if (packed instanceof BrokerError) return packed;
    const count = recordCount(buffer, from);
    const at = packed ? 0 : from;
    const sizeBytes = packed?.length ?? to - from;
    const told = (outcome: Parameters<OnAppended>[0]): void => {
      if (outcome instanceof Error) {
        this.#refuse(this.#writeEvents.refused(outcome), done);
        return;
      }
      this.#writeEvents.taken();
      // Another broker may lead by now, and give the same offsets to other records.
      if (leader.led(log) !== led) {
        done(log.removed ? unknownPartition(topic, index) : membership.partitions.refusalOf(place));
        return;
      }
      if (leader.isFenced) {
        this.#refuse(fenced(led), done);
        return;
      }
      traffic.written(count, to - from);
      partition.written(count, to - from);
      const { baseOffset, lastOffset, durability, duplicate } = outcome;
      const acked = (error: Error | null): void => {
        if (error) {
          this.#refuse(brokerError(error), done);
          return;
        }
        const copyCount = copies.countWith(lastOffset + 1);
        if (copyCount === 1 && copies.degraded) leader.degraded.ackedAlone(count);
        const { startOffset: logStartOffset } = log;
        const offsets = { baseOffset, lastOffset, logStartOffset };
        done({ ...offsets, logAppendTimeMs, durability, copies: copyCount, duplicate });
      };
      if (acks === -1) log.commits.wait(lastOffset + 1, log.highWatermark, acked);
      else acked(null);
    };
    if (restores) store.submitCopy(log, buffer, at, sizeBytes, told);
    else store.submit(log, packed ?? buffer, at, sizeBytes, epoch, told);
    return null;
  }
}

/** What becomes of a batch, as a promise that rejects with the refusal. */
export function acked(begin: (done: OnProduced) => void): Promise<ProduceReceipt> {
  return new Promise((resolve, reject) => {
    begin((outcome) => (outcome instanceof BrokerError ? reject(outcome) : resolve(outcome)));
  });
}
