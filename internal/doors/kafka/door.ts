import type { Broker } from "../../broker/api.ts";
import type { Clock } from "../../platform/clock.ts";
import { FrameBuffers } from "../../platform/frame-buffers.ts";
import type { Log } from "../../platform/log.ts";
import type { Connection, Receiver } from "../../platform/network.ts";
import { AnswerShare } from "./answer-share.ts";
import { KafkaConnection } from "./connection.ts";
import { ConnectionFetches } from "./fetch/connection-fetches.ts";
import { FetchSessions } from "./fetch/sessions.ts";
import { HeldBytes } from "./held-bytes.ts";
import { defaultKafkaLimits, type KafkaLimits } from "./limits.ts";
import { Writer } from "./protocol/writer.ts";
import { services } from "./services.ts";
import { brokerSetting } from "./settings.ts";

/** What the Kafka door stands on. */
export interface KafkaDoorOptions {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly log: Log;
  /** Other bounds than the usual ones. */
  readonly limits?: Partial<KafkaLimits>;
}

/** Serves connections that speak Kafka's protocol, from their first frame on. */
export type KafkaDoor = (connection: Connection) => Receiver;

/** Opens the door: what it returns is to be called for each connection. */
export function kafkaDoor({ broker, clock, log, limits: given }: KafkaDoorOptions): KafkaDoor {
  const limits = { ...defaultKafkaLimits, ...maxRequestBytesOf(broker), ...given };
  const sessions = new FetchSessions(clock, limits);
  const heldBytes = new HeldBytes(limits.maxTotalBytesHeld);
  const shared = { clock, heldBytes, frameBuffers: new FrameBuffers(), writer: new Writer() };
  const answerShare = new AnswerShare(limits);
  return (connection) => {
    const fetches = new ConnectionFetches(broker, sessions);
    const { remote } = connection;
    const client = { broker, limits, services, fetches, answerShare, remote };
    return new KafkaConnection({ client, shared, log }, connection);
  };
}

function maxRequestBytesOf(broker: Broker): Partial<KafkaLimits> {
  const setting = brokerSetting(broker, "socket.request.max.bytes");
  return setting === null ? {} : { maxRequestBytes: Number(setting) };
}
