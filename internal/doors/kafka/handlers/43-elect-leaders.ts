import type { Broker } from "../../../broker/api.ts";
import type { ElectionKind } from "../../../broker/membership/cluster-admin.ts";
import type { NamedPartition } from "../../../metadata/partition-names.ts";
import { invalid } from "../alter-configs.ts";
import { type Outcome, Refusal, refused, SUCCESS } from "../errors.ts";
import { electLeaders } from "../protocol/messages/43-elect-leaders.ts";
import { service } from "../service.ts";

/** The kinds of election, by their numbers. */
const KINDS: readonly ElectionKind[] = ["preferred", "unclean"];

/**
 * ElectLeaders 0-2.
 *
 * - In a cluster the controller chooses: another broker answers NOT_CONTROLLER. Preferred: the
 *   first copy leads, if it is there and in sync (else PREFERRED_LEADER_NOT_AVAILABLE). Unclean:
 *   where there is no leader, any copy that is there (else ELIGIBLE_LEADERS_NOT_AVAILABLE).
 * - A partition that is led as it is to be: ELECTION_NOT_NEEDED; outside of a cluster each is.
 *   When all are asked for, those that need none are not told, as in Kafka.
 * - A kind of election that isn't known: INVALID_REQUEST. timeoutMs is ignored.
 */
export const electLeadersService = service(
  electLeaders,
  async ({ electionType, topicPartitions }, { client: { broker } }) => {
    const kind = KINDS[electionType];
    const named = topicPartitions?.flatMap(({ topic, partitions }) => {
      return partitions.map((partition) => ({ topic, partition }));
    });
    const elected = kind ? await elect(broker, kind, named ?? null) : UNKNOWN_KIND;
    if (!Array.isArray(elected)) return failed(elected, named ?? []);
    return { throttleTimeMs: 0, errorCode: 0, replicaElectionResults: byTopic(elected) };
  },
);

const UNKNOWN_KIND = refused(invalid("this kind of election is not known here"));

interface Elected extends NamedPartition {
  readonly outcome: Outcome;
}

/** What came of each partition; an outcome alone: nothing was tried. */
async function elect(
  broker: Broker,
  kind: ElectionKind,
  named: readonly NamedPartition[] | null,
): Promise<Elected[] | Outcome> {
  const { clusterAdmin: admin } = broker.replication;
  if (!admin) return (named ?? []).map((each) => ({ ...each, outcome: notNeeded(broker, each) }));
  try {
    const outcomes = await admin.elect(kind, named);
    return outcomes.map(({ error, ...each }) => {
      return { ...each, outcome: error ? refused(error) : SUCCESS };
    });
  } catch (error) {
    return refused(error);
  }
}

function notNeeded(broker: Broker, { topic, partition }: NamedPartition): Outcome {
  const there = broker.partition(topic, partition) !== undefined;
  return refused(new Refusal(there ? "ELECTION_NOT_NEEDED" : "UNKNOWN_TOPIC_OR_PARTITION"));
}

function byTopic(elected: readonly Elected[]) {
  const topics = Map.groupBy(elected, ({ topic }) => topic);
  return Array.from(topics, ([topic, results]) => ({
    topic,
    partitionResult: results.map(({ partition, outcome }) => {
      return { partitionId: partition, ...outcome };
    }),
  }));
}

function failed(outcome: Outcome, named: readonly NamedPartition[]) {
  const { errorCode } = outcome;
  const replicaElectionResults = byTopic(named.map((each) => ({ ...each, outcome })));
  return { throttleTimeMs: 0, errorCode, replicaElectionResults };
}
