import type { OffsetToSet } from "../broker/groups/group-changes.ts";
import type { GroupAssignment, MemberPartition } from "../broker/groups/group-membership.ts";
import * as members from "../doors/native/protocol/member-operations.ts";
import type { Operation } from "../doors/native/protocol/operation.ts";
import type { StreamPartition } from "../doors/native/protocol/stream-messages.ts";
import type { Clock, Timer } from "../platform/clock.ts";
import type { CallOptions } from "./api.ts";
import { ClientError } from "./errors.ts";
import type { GroupEvent, GroupReader, GroupReadRequest } from "./group-reader-api.ts";
import { DecodingReader } from "./reader.ts";
import type { Reader, ReaderEvent } from "./reader-api.ts";
import type { BatchStream, StreamRequest } from "./stream-api.ts";

const SESSION_TIMEOUT_MS = 10_000;
const REBALANCE_TIMEOUT_MS = 60_000;
/** So many signs of life in a session: the first that is late tells of a rebalance late. */
const BEATS_PER_SESSION = 10;

/** Refusals after which a member has to join again ... */
const REJOIN: ReadonlySet<string> = new Set(["rebalance-in-progress", "illegal-generation"]);
/** ... and after which it isn't one any more. */
const STRANGER = "unknown-member-id";

/** How a member speaks with whoever coordinates its group, and reads what it has. */
export interface GroupLine {
  readonly clock: Clock;
  ask<Request, Answer>(
    operation: Operation<Request, Answer>,
    request: Request,
    options?: CallOptions,
  ): Promise<Answer>;
  openStream(request: StreamRequest): Promise<BatchStream>;
}

/** A member of a group: it joins, says that it lives, reads what it has, and joins again. */
export class SharingReader implements GroupReader {
  readonly #line: GroupLine;
  readonly #request: GroupReadRequest;
  readonly #stopping = new AbortController();
  #memberId = "";
  #generation = -1;
  #beat: Timer | null = null;
  #reader: Reader | null = null;
  /** Resolves when the group is to be joined again, or the iteration is to end. */
  #round = Promise.withResolvers<void>();
  #isRejoining = false;

  constructor(line: GroupLine, request: GroupReadRequest) {
    this.#line = line;
    this.#request = request;
  }

  async commit(offsets: readonly OffsetToSet[]): Promise<void> {
    if (offsets.length === 0) return;
    const claim = { ...this.#member(), generation: this.#generation };
    await this.#line.ask(members.commitOffsets, { ...claim, offsets });
  }

  stop(): void {
    this.#stopping.abort();
    this.#endRound();
  }

  async leave(): Promise<void> {
    this.stop();
    this.#beat?.cancel();
    if (this.#memberId === "") return;
    const member = this.#member();
    this.#memberId = "";
    try {
      await this.#line.ask(members.leaveGroup, member);
    } catch (error) {
      if (!(error instanceof ClientError && error.code === STRANGER)) throw error;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<GroupEvent, undefined> {
    for (;;) {
      const membership = await this.#join();
      if (membership === null) return;
      const { partitions } = membership;
      yield { kind: "assigned", partitions };
      yield* this.#read(partitions);
      if (!this.#isRejoining || this.#isStopped) return;
      yield { kind: "revoking" };
    }
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  #member(): members.MemberOfGroup {
    const { groupId } = this.#request;
    return { groupId, memberId: this.#memberId, groupInstanceId: null };
  }

  /** Resolves with what this member has; null when nobody wants to know any more. */
  async #join(): Promise<GroupAssignment | null> {
    const { topics, clientId, sessionTimeoutMs, rebalanceTimeoutMs } = this.#request;
    this.#beat?.cancel();
    this.#isRejoining = false;
    this.#round = Promise.withResolvers();
    const patience = { timeoutMs: Number.POSITIVE_INFINITY, signal: this.#stopping.signal };
    while (!this.#isStopped) {
      const request = {
        ...this.#member(),
        topics,
        clientId,
        sessionTimeoutMs: sessionTimeoutMs ?? SESSION_TIMEOUT_MS,
        rebalanceTimeoutMs: rebalanceTimeoutMs ?? REBALANCE_TIMEOUT_MS,
      };
      try {
        const membership = await this.#line.ask(members.joinGroup, request, patience);
        this.#memberId = membership.memberId;
        this.#generation = membership.generation;
        this.#beatLater();
        return membership;
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        if (error.code === STRANGER) this.#memberId = "";
        else if (error.code !== "cancelled" && !REJOIN.has(error.code)) throw error;
      }
    }
    return null;
  }

  async *#read(partitions: readonly MemberPartition[]): AsyncGenerator<ReaderEvent, undefined> {
    const { follow, start } = this.#request;
    if (partitions.length === 0 && follow) await this.#round.promise;
    if (partitions.length === 0 || this.#isRejoining || this.#isStopped) return;
    const wanted = partitions.map(({ topic, partition, nextOffset: offset }): StreamPartition => {
      const end = follow ? null : ({ kind: "latest" } as const);
      if (offset < 0) return { topic, partition, start: { kind: start }, end };
      return { topic, partition, start: { kind: "nearest", offset }, end };
    });
    const reader = new DecodingReader(await this.#line.openStream({ partitions: wanted }));
    this.#reader = reader;
    if (this.#isRejoining || this.#isStopped) reader.stop();
    yield* this.#eventsOf(reader);
  }

  async *#eventsOf(reader: Reader): AsyncGenerator<ReaderEvent, undefined> {
    try {
      for await (const event of reader) yield event;
    } finally {
      reader.stop();
      this.#reader = null;
    }
  }

  /** Says again and again that the member lives, until it joins again or has left. */
  #beatLater(): void {
    const round = this.#round;
    const sessionMs = this.#request.sessionTimeoutMs ?? SESSION_TIMEOUT_MS;
    this.#beat = this.#line.clock.after(sessionMs / BEATS_PER_SESSION, async () => {
      const claim = { ...this.#member(), generation: this.#generation };
      const refusal = await refusalOf(this.#line.ask(members.heartbeat, claim));
      if (this.#round !== round || this.#memberId === "") return;
      if (refusal === STRANGER) this.#memberId = "";
      // It also lives while someone still holds what it had: until the next event is asked for.
      else if (refusal !== "closed") this.#beatLater();
      if (refusal !== STRANGER && !REJOIN.has(refusal)) return;
      this.#isRejoining = true;
      this.#endRound();
    });
  }

  #endRound(): void {
    this.#round.resolve();
    this.#reader?.stop();
  }
}

/** The code of a call's refusal; empty where it went well. Others than clients' errors go on. */
async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "";
  } catch (error) {
    if (error instanceof ClientError) return error.code;
    throw error;
  }
}
