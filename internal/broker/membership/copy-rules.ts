import type { LogRules } from "../../replication/lead-terms.ts";
import type { TopicSettings } from "../settings/topic-settings.ts";

/** What a topic's settings ask of its copies; without any, what the metadata's own log asks. */
export function copyRules(settings: TopicSettings | undefined, lagTimeMaxMs: number): LogRules {
  return {
    mode: settings?.replication ?? "sync",
    minInsyncReplicas: settings?.minInsyncReplicas ?? 1,
    policy: settings?.replicationPolicy ?? "degrade",
    lagTimeMaxMs,
  };
}
