/** A partition by its topic's name. */
export interface TopicPartition {
  readonly topic: string;
  readonly index: number;
}

/** The name of a partition's log. */
export function logNameOf({ topic, index }: TopicPartition): string {
  return `${topic}-${index}`;
}

/** The partition whose log has this name; null: no partition's has. */
export function topicPartitionOf(logName: string): TopicPartition | null {
  const dash = logName.lastIndexOf("-");
  const index = Number(logName.slice(dash + 1));
  return dash > 0 && Number.isInteger(index) ? { topic: logName.slice(0, dash), index } : null;
}
