import type { GroupCoordinator } from "../coordination/api.ts";
import type { MetadataStore } from "../metadata/metadata-store.ts";
import type { LogStore } from "../storage/log-store.ts";
import type { FixedOptions } from "./broker-options.ts";
import type { LagTimes } from "./groups/lag-times.ts";
import type { CopyRepairs } from "./membership/copy-repairs.ts";
import type { Membership } from "./membership/membership.ts";
import type { EventLog } from "./observability/event-log.ts";
import type { RefusalCounts } from "./observability/refusal-counts.ts";
import type { BrokerConfig } from "./settings/broker-config.ts";
import type { Changes } from "./topics/changes.ts";
import type { Topics } from "./topics/topics.ts";

/** The groups that a broker coordinates, and how it answers for others. */
export interface BrokerGroups {
  readonly current: GroupCoordinator;
  /** A topic isn't there any more: its offsets go, too. */
  topicDeleted(name: string): Promise<void>;
  close(): void;
}

/** What a broker is put together of. */
export interface BrokerParts {
  readonly options: FixedOptions;
  readonly brokerId: number;
  readonly store: LogStore;
  readonly metadata: MetadataStore;
  readonly topics: Topics;
  readonly groups: BrokerGroups;
  readonly changes: Changes;
  readonly events: EventLog;
  readonly membership: Membership;
  readonly lagTimes: LagTimes;
  readonly refusals: RefusalCounts;
  /** With the settings that were changed in an earlier life. */
  readonly config: BrokerConfig;
  readonly repairs: CopyRepairs;
}
