import type { BrokerSettings } from "../../broker/settings/broker-settings.ts";

/** What Kafka clients may cost the broker. Names in quotes are those of Kafka's settings. */
export interface KafkaLimits {
  /** The largest request, "socket.request.max.bytes"; a larger one ends its connection. */
  readonly maxRequestBytes: number;
  /** The largest request that carries no records: what it decodes to takes many times its size. */
  readonly maxPlainRequestBytes: number;
  /** Requests of one connection that were read and not answered. Above it no more are read. */
  readonly maxRequestsHeld: number;
  /** Bytes of them, for one connection. */
  readonly maxRequestBytesHeld: number;
  /** Bytes of them, for all connections; each connection may hold one request beyond it. */
  readonly maxTotalBytesHeld: number;
  /** Answers of one connection that have not left. Above it no further request is begun. */
  readonly maxAnswerBytesQueued: number;
  /** The most records that one fetch is answered with, "fetch.max.bytes". */
  readonly maxFetchBytes: number;
  /** All connections' fetches together: each is answered with its share, and no less than ... */
  readonly maxTotalFetchBytes: number;
  /** ... this, however many connections there are. */
  readonly minFetchBytes: number;
  /** "max.incremental.fetch.session.cache.slots" */
  readonly maxFetchSessions: number;
  /** What a fetch session is safe from eviction for, when used and when new. */
  readonly fetchSessionSafeMs: number;
  /** "max.request.partition.size.limit": partitions in one page of DescribeTopicPartitions. */
  readonly maxPartitionsPerPage: number;
}

const MEBIBYTE = 1024 * 1024;

/** What a broker of these settings allows. */
export function kafkaLimits(settings: BrokerSettings): KafkaLimits {
  const { maxRequestBytes, maxFetchBytes, maxFetchSessions, maxPartitionsPerPage } = settings;
  return {
    maxRequestBytes,
    maxPlainRequestBytes: 16 * MEBIBYTE,
    maxRequestsHeld: 1024,
    maxRequestBytesHeld: 16 * MEBIBYTE,
    maxTotalBytesHeld: 256 * MEBIBYTE,
    maxAnswerBytesQueued: MEBIBYTE,
    maxFetchBytes,
    maxTotalFetchBytes: 64 * MEBIBYTE,
    minFetchBytes: MEBIBYTE / 4,
    maxFetchSessions,
    fetchSessionSafeMs: 120_000,
    maxPartitionsPerPage,
  };
}
