import type { Broker } from "../../broker/api.ts";
import type { Clock } from "../../platform/clock.ts";
import { FrameBuffers } from "../../platform/frame-buffers.ts";
import type { Log } from "../../platform/log.ts";
import type { Connection } from "../../platform/network.ts";
import { ConnectionShare } from "../connection-share.ts";
import type { Conversation } from "../entrance.ts";
import { KafkaConnection } from "./connection.ts";
import { ConnectionFetches } from "./fetch/connection-fetches.ts";
import { FetchSessions } from "./fetch/sessions.ts";
import { HeldBytes } from "./held-bytes.ts";
import { type KafkaLimits, kafkaLimits } from "./limits.ts";
import { Writer } from "./protocol/writer.ts";
import { refusals, services } from "./services.ts";

/** What the Kafka door stands on. */
export interface KafkaDoorOptions {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly log: Log;
  /** Other bounds than the usual ones. */
  readonly limits?: Partial<KafkaLimits>;
}

/** Serves connections that speak Kafka's protocol, from their first frame on. */
export type KafkaDoor = (connection: Connection) => Conversation;

/** Opens the door: what it returns is to be called for each connection. */
export function kafkaDoor({ broker, clock, log, limits: given }: KafkaDoorOptions): KafkaDoor {
  const limits = { ...kafkaLimits(broker.settings), ...given };
  const sessions = new FetchSessions(clock, limits);
  const heldBytes = new HeldBytes(limits.maxTotalBytesHeld);
  const shared = { clock, heldBytes, frameBuffers: new FrameBuffers(), writer: new Writer() };
  const answerShare = new ConnectionShare({
    maxBytes: limits.maxFetchBytes,
    totalBytes: limits.maxTotalFetchBytes,
    minBytes: limits.minFetchBytes,
  });
  return (connection) => {
    const fetches = new ConnectionFetches(broker, sessions);
    const { remote } = connection;
    const client = { broker, limits, services, refusals, fetches, answerShare, remote };
    return new KafkaConnection({ client, shared, log }, connection);
  };
}
