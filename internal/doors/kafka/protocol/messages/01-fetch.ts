import { api } from "../message.ts";
import {
  array,
  int8,
  int16,
  int32,
  int64,
  MAX_INT64,
  records,
  string,
  struct,
  uuid,
} from "../table.ts";

/**
 * Fetch: read record batches from partitions, waiting until there are enough.
 *
 * 7 has sessions (KIP-227): the broker remembers the partitions, the client sends what changed. 9
 * fences by leader epoch, 10 allows zstd, 12 finds divergence, 13 has topic ids in place of names,
 * 14 may say that an offset is in tiered storage, 16 names new leaders. Followers use the rest.
 */
export const fetch = api({
  key: 1,
  name: "Fetch",
  versions: "4-18",
  flexible: "12+",
  request: {
    // The cluster that a follower believes to be in.
    clusterId: string("12+", { nullable: "12+", default: null, ignorable: true, tag: 0 }),
    // A follower's id, or -1 for a consumer.
    replicaId: int32("0-14", { default: -1 }),
    // The same from 15 on (KIP-903).
    replicaState: struct("15+", { tag: 1 }).of({
      replicaId: int32("15+", { default: -1 }),
      replicaEpoch: int64("15+", { default: -1 }),
    }),
    // How long to wait for minBytes.
    maxWaitMs: int32("0+"),
    minBytes: int32("0+"),
    // A bound on the whole answer; the first batch is sent even if it is larger.
    maxBytes: int32("3+", { default: 0x7fff_ffff, ignorable: true }),
    // 0: everything below the high watermark; 1: only what is committed.
    isolationLevel: int8("4+", { default: 0, ignorable: true }),
    // 0 asks for a new session, if the epoch is 0 as well.
    sessionId: int32("7+", { default: 0, ignorable: true }),
    // 0 starts a session, -1 wants none or ends it; otherwise it counts the session's requests.
    sessionEpoch: int32("7+", { default: -1, ignorable: true }),
    // With a session: only those that were added or changed.
    topics: array("0+").of({
      topic: string("0-12", { ignorable: true }),
      topicId: uuid("13+", { ignorable: true }),
      partitions: array("0+").of({
        partition: int32("0+"),
        // The leader epoch that the client knows, or -1.
        currentLeaderEpoch: int32("9+", { default: -1, ignorable: true }),
        fetchOffset: int64("0+"),
        // The epoch of the last record that a follower has, or -1: what divergence is found by.
        lastFetchedEpoch: int32("12+", { default: -1 }),
        // Where a follower's own log starts.
        logStartOffset: int64("5+", { default: -1, ignorable: true }),
        partitionMaxBytes: int32("0+"),
        // The disk that the follower's copy is on (KIP-853).
        replicaDirectoryId: uuid("17+", { ignorable: true, tag: 0 }),
        // The high watermark that the follower knows, -1 if none; MAX_INT64 if it doesn't say
        // (KIP-1166).
        highWatermark: int64("18+", { default: MAX_INT64, ignorable: true, tag: 1 }),
      }),
    }),
    // What the session shall no longer contain.
    forgottenTopicsData: array("7+").of({
      topic: string("7-12", { ignorable: true }),
      topicId: uuid("13+", { ignorable: true }),
      partitions: array("7+").of(int32),
    }),
    // Where the consumer is, to be sent to a copy nearby (KIP-392); empty if it doesn't say.
    rackId: string("11+", { ignorable: true }),
  },
  response: {
    throttleTimeMs: int32("1+", { ignorable: true }),
    errorCode: int16("7+", { ignorable: true }),
    // 0 when there is no session.
    sessionId: int32("7+", { default: 0 }),
    // With a session: only partitions that have something to say.
    responses: array("0+").of({
      topic: string("0-12", { ignorable: true }),
      topicId: uuid("13+", { ignorable: true }),
      partitions: array("0+").of({
        partitionIndex: int32("0+"),
        errorCode: int16("0+"),
        // The end of what all of the ISR has.
        highWatermark: int64("0+"),
        // The end of what no open transaction can still change.
        lastStableOffset: int64("4+", { default: -1, ignorable: true }),
        logStartOffset: int64("5+", { default: -1, ignorable: true }),
        // The follower's log differs behind this offset: it must cut there.
        divergingEpoch: struct("12+", { tag: 0 }).of({
          epoch: int32("12+", { default: -1 }),
          endOffset: int64("12+", { default: -1 }),
        }),
        // Where to go instead, with NOT_LEADER_OR_FOLLOWER or FENCED_LEADER_EPOCH.
        currentLeader: struct("12+", { tag: 1 }).of({
          leaderId: int32("12+", { default: -1 }),
          leaderEpoch: int32("12+", { default: -1 }),
        }),
        // The snapshot to fetch instead; only in Kafka's metadata log.
        snapshotId: struct("12+", { tag: 2 }).of({
          endOffset: int64("0+", { default: -1 }),
          epoch: int32("0+", { default: -1 }),
        }),
        // Null when uncommitted records were asked for.
        abortedTransactions: array("4+", { nullable: "4+", ignorable: true }).of({
          producerId: int64("4+"),
          firstOffset: int64("4+"),
        }),
        // The copy to read from instead, or -1 for this one.
        preferredReadReplica: int32("11+", { default: -1 }),
        // Whole batches; the first may start before fetchOffset, the last may be cut off.
        records: records("0+", { nullable: "0+" }),
      }),
    }),
    // The addresses of the leaders named above.
    nodeEndpoints: array("16+", { tag: 0 }).of({
      nodeId: int32("16+"),
      host: string("16+"),
      port: int32("16+"),
      rack: string("16+", { nullable: "16+", default: null }),
    }),
  },
});
