/** The requests about who of a pair is the master, and their answers. */
import type {
  Announcement,
  MissingRecords,
  PromotionReport,
} from "../../../broker/membership/pair-admin.ts";
import type { BrokerNode } from "../../../broker/membership/replication-api.ts";
import { type Nothing, nothing, type Operation } from "./operation.ts";
import { flag, int32, int53, list, nullable, record, text } from "./shapes.ts";

/** Logs that one answer may name; a partition's log has an entry of its own. */
const MANY = 100_000;

const brokerNode = record<BrokerNode>({
  id: int32(),
  host: text,
  port: int32(),
  rack: nullable(text),
});

const announcement = record<Announcement>({
  leader: brokerNode,
  epoch: int32(),
  clusterId: text,
});

/** Tells a broker who leads; it follows if the epoch is higher than what it knows. */
export const announceLeader: Operation<Announcement, Nothing> = {
  name: "announce-leader",
  request: announcement,
  answer: nothing,
};

/** Reserves 1000 producer ids for a slave to give out. */
export const reserveProducerIds: Operation<Nothing, { readonly firstId: number }> = {
  name: "reserve-producer-ids",
  request: nothing,
  answer: record<{ readonly firstId: number }>({ firstId: int53() }),
};

const promotionReport = record<PromotionReport>({
  leaderId: int32(-1),
  epoch: int32(),
  silentMs: nullable(int53()),
  wasInSync: flag,
  missing: list(
    record<MissingRecords>({ log: text, leaderEndOffset: int53(), endOffset: int53() }),
    MANY,
  ),
});

/** What a promotion of this slave could lose. */
export const describePromotion: Operation<Nothing, PromotionReport> = {
  name: "describe-promotion",
  request: nothing,
  answer: promotionReport,
};

/** Makes this slave the master; answered by what was known before. */
export const promote: Operation<Nothing, PromotionReport> = {
  name: "promote",
  request: nothing,
  answer: promotionReport,
};

/** Hands this master's lead over to its slave; answered by who leads now. */
export const switchOver: Operation<Nothing, Announcement> = {
  name: "switch",
  request: nothing,
  answer: announcement,
};
