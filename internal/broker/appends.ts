import type { Clock } from "../platform/clock.ts";
import { recordCount } from "../record/batch.ts";
import type { ReplicationLeader } from "../replication/leader.ts";
import type { LedLog } from "../replication/led-log.ts";
import type { Appended, OnAppended } from "../storage/append-group.ts";
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
import type { Partition } from "./topics/partition.ts";
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

/** A batch that the storage has, and who is told what becomes of it. */
interface Pending {
  readonly partition: Partition;
  readonly leader: ReplicationLeader;
  /** What it was appended to: another broker may lead before it is written. */
  readonly led: LedLog;
  readonly acks: ProduceRequest["acks"];
  readonly recordCount: number;
  /** As the producer sent it. */
  readonly sizeBytes: number;
  readonly logAppendTimeMs: number;
  readonly done: OnProduced;
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
    const { clock, store, topics, membership } = this.#path;
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
    const pending: Pending = {
      partition,
      leader,
      led,
      acks,
      recordCount: recordCount(buffer, from),
      sizeBytes: to - from,
      logAppendTimeMs,
      done,
    };
    const written: OnAppended = (outcome) => this.#written(pending, outcome);
    const at = packed ? 0 : from;
    const sizeBytes = packed?.length ?? to - from;
    if (restores) store.submitCopy(log, buffer, at, sizeBytes, written);
    else store.submit(log, packed ?? buffer, at, sizeBytes, epoch, written);
    return null;
  }

  /** It is as safe here as the topic asks; who wants all copies to have it waits for those. */
  #written(pending: Pending, outcome: Parameters<OnAppended>[0]): void {
    const { partition, leader, led, acks, recordCount, sizeBytes, done } = pending;
    if (outcome instanceof Error) {
      this.#refuse(this.#writeEvents.refused(outcome), done);
      return;
    }
    this.#writeEvents.taken();
    const { log, place } = partition;
    // Another broker may lead by now, and give the same offsets to other records.
    if (leader.led(log) !== led) {
      const { topic, index } = partition;
      const { partitions } = this.#path.membership;
      done(
        log.removed ? unknownPartition(topic.metadata.name, index) : partitions.refusalOf(place),
      );
      return;
    }
    if (leader.isFenced) {
      this.#refuse(fenced(led), done);
      return;
    }
    this.#path.traffic.written(recordCount, sizeBytes);
    partition.written(recordCount, sizeBytes);
    const committed = (error: Error | null) => this.#ack(pending, outcome, error);
    if (acks === -1) log.commits.wait(outcome.lastOffset + 1, log.highWatermark, committed);
    else committed(null);
  }

  #ack(pending: Pending, appended: Appended, error: Error | null): void {
    const { leader, led, recordCount, logAppendTimeMs, done } = pending;
    if (error) {
      this.#refuse(brokerError(error), done);
      return;
    }
    const { baseOffset, lastOffset, durability, duplicate } = appended;
    const copies = led.copies.countWith(lastOffset + 1);
    if (copies === 1 && led.copies.degraded) leader.degraded.ackedAlone(recordCount);
    const offsets = { baseOffset, lastOffset, logStartOffset: led.log.startOffset };
    done({ ...offsets, logAppendTimeMs, durability, copies, duplicate });
  }
}

/** What becomes of a batch, as a promise that rejects with the refusal. */
export function acked(begin: (done: OnProduced) => void): Promise<ProduceReceipt> {
  return new Promise((resolve, reject) => {
    begin((outcome) => (outcome instanceof BrokerError ? reject(outcome) : resolve(outcome)));
  });
}
