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

export const fetch = api({
  key: 1,
  name: "Fetch",
  versions: "4-18",
  flexible: "12+",
  request: {
    clusterId: string("12+", { nullable: "12+", default: null, ignorable: true, tag: 0 }),
    replicaId: int32("0-14", { default: -1 }),
    replicaState: struct("15+", { tag: 1 }).of({
      replicaId: int32("15+", { default: -1 }),
      replicaEpoch: int64("15+", { default: -1 }),
    }),
    maxWaitMs: int32("0+"),
    minBytes: int32("0+"),
    maxBytes: int32("3+", { default: 2147483647, ignorable: true }),
    isolationLevel: int8("4+", { default: 0, ignorable: true }),
    sessionId: int32("7+", { default: 0, ignorable: true }),
    sessionEpoch: int32("7+", { default: -1, ignorable: true }),
    topics: array("0+").of({
      topic: string("0-12", { ignorable: true }),
      topicId: uuid("13+", { ignorable: true }),
      partitions: array("0+").of({
        partition: int32("0+"),
        currentLeaderEpoch: int32("9+", { default: -1, ignorable: true }),
        fetchOffset: int64("0+"),
        lastFetchedEpoch: int32("12+", { default: -1 }),
        logStartOffset: int64("5+", { default: -1, ignorable: true }),
        partitionMaxBytes: int32("0+"),
        replicaDirectoryId: uuid("17+", { ignorable: true, tag: 0 }),
        highWatermark: int64("18+", { default: MAX_INT64, ignorable: true, tag: 1 }),
      }),
    }),
    forgottenTopicsData: array("7+").of({
      topic: string("7-12", { ignorable: true }),
      topicId: uuid("13+", { ignorable: true }),
      partitions: array("7+").of(int32),
    }),
    rackId: string("11+", { ignorable: true }),
  },
  response: {
    throttleTimeMs: int32("1+", { ignorable: true }),
    errorCode: int16("7+", { ignorable: true }),
    sessionId: int32("7+", { default: 0 }),
    responses: array("0+").of({
      topic: string("0-12", { ignorable: true }),
      topicId: uuid("13+", { ignorable: true }),
      partitions: array("0+").of({
        partitionIndex: int32("0+"),
        errorCode: int16("0+"),
        highWatermark: int64("0+"),
        lastStableOffset: int64("4+", { default: -1, ignorable: true }),
        logStartOffset: int64("5+", { default: -1, ignorable: true }),
        divergingEpoch: struct("12+", { tag: 0 }).of({
          epoch: int32("12+", { default: -1 }),
          endOffset: int64("12+", { default: -1 }),
        }),
        currentLeader: struct("12+", { tag: 1 }).of({
          leaderId: int32("12+", { default: -1 }),
          leaderEpoch: int32("12+", { default: -1 }),
        }),
        snapshotId: struct("12+", { tag: 2 }).of({
          endOffset: int64("0+", { default: -1 }),
          epoch: int32("0+", { default: -1 }),
        }),
        abortedTransactions: array("4+", { nullable: "4+", ignorable: true }).of({
          producerId: int64("4+"),
          firstOffset: int64("4+"),
        }),
        preferredReadReplica: int32("11+", { default: -1 }),
        records: records("0+", { nullable: "0+" }),
      }),
    }),
    nodeEndpoints: array("16+", { tag: 0 }).of({
      nodeId: int32("16+"),
      host: string("16+"),
      port: int32("16+"),
      rack: string("16+", { nullable: "16+", default: null }),
    }),
  },
});
