import type { Scenario } from "../scenario.ts";
import { ETCD_SCENARIOS } from "./scenarios/etcd.ts";
import { GROUP_SCENARIOS } from "./scenarios/groups.ts";
import { LEASE_SCENARIOS } from "./scenarios/leases.ts";
import { MOVE_SCENARIOS } from "./scenarios/moves.ts";
import { TOPIC_SCENARIOS } from "./scenarios/topics.ts";

/** Stories of brokers that are a cluster. */
export const CLUSTER_SCENARIOS: readonly Scenario[] = [
  ...ETCD_SCENARIOS,
  ...GROUP_SCENARIOS,
  ...LEASE_SCENARIOS,
  ...MOVE_SCENARIOS,
  ...TOPIC_SCENARIOS,
];
