import type { FamilyName, LeftOut, MetricSample } from "./metric-families.ts";

/** Samples up to a number of them. */
export class Samples {
  readonly byFamily = new Map<FamilyName, MetricSample[]>();
  /** How many topics, groups and partitions there was no room for. */
  readonly leftOut: LeftOut = { topics: 0, groups: 0, partitions: 0 };
  readonly #max: number;
  #count = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Adds all that is told of one topic, group or partition, or nothing of it. */
  add(
    of: keyof LeftOut,
    rows: readonly (readonly [FamilyName, MetricSample["labels"], number])[],
  ): void {
    if (this.#count + rows.length > this.#max) {
      this.leftOut[of]++;
      return;
    }
    this.#count += rows.length;
    for (const [name, labels, value] of rows) {
      const samples = this.byFamily.get(name) ?? [];
      samples.push({ labels, value });
      this.byFamily.set(name, samples);
    }
  }
}
