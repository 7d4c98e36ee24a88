import type { Durability } from "../../storage/partition-log.ts";
import type { Attempts } from "../model/attempts.ts";
import { LogModel } from "../model/log-model.ts";

/** What is known of a topic's being: calls that make or remove it may have no answer yet. */
export type TopicExistence = "being-made" | "there" | "being-removed" | "gone";

/** A topic as its users know it. */
export class TopicModel {
  readonly name: string;
  readonly partitionCount: number;
  readonly durability: Durability;
  readonly logs: readonly LogModel[];
  existence: TopicExistence = "being-made";
  /** Known from the answer that it was made, or from asking. */
  id: string | null = null;
  /** How often someone has tried to make or remove it without an answer. */
  tries = 0;
  /** Since when it is known to be there. */
  thereSinceMs = 0;

  /** `number` tells topics of the same name apart. */
  constructor(
    name: string,
    number: number,
    partitionCount: number,
    durability: Durability,
    attempts: Attempts,
  ) {
    this.name = name;
    this.partitionCount = partitionCount;
    this.durability = durability;
    const logOf = (_: unknown, index: number) =>
      new LogModel(`${name}-${index}`, `${number}`, durability, attempts);
    this.logs = Array.from({ length: partitionCount }, logOf);
  }

  /** Whether it has been there, for all that is known, since `sinceMs`. */
  isThereSince(sinceMs: number): boolean {
    return this.existence === "there" && this.thereSinceMs <= sinceMs;
  }
}
