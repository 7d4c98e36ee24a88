/** A partition by its topic's name. */
export interface NamedPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A partition by its topic's id, which no other topic ever has. */
export interface PartitionPlace {
  readonly topicId: string;
  readonly index: number;
}

/** The name of a partition's log. */
export function logNameOf({ topic, partition }: NamedPartition): string {
  return `${topic}-${partition}`;
}

/** The partition whose log has this name; null: no partition's has. */
export function partitionOfLog(logName: string): NamedPartition | null {
  const dash = logName.lastIndexOf("-");
  const partition = Number(logName.slice(dash + 1));
  if (dash < 1 || !Number.isInteger(partition)) return null;
  return { topic: logName.slice(0, dash), partition };
}
