import type { ClusterImage } from "../../metadata/cluster/cluster-image.ts";

/** Who is in which ISR since before its disk was lost: until it has left, nobody can blame it. */
export class LostDisks {
  readonly #image: ClusterImage;
  /** By partition. */
  readonly #lost = new Map<string, Set<number>>();

  constructor(image: ClusterImage) {
    this.#image = image;
  }

  /** Whether a broker is in a partition's ISR with a disk that was lost. */
  has(name: string, brokerId: number): boolean {
    return this.#lost.get(name)?.has(brokerId) ?? false;
  }

  /** Whether all who are in a partition's ISR have lost their disks: nobody can have it. */
  isLost(name: string, isr: readonly number[]): boolean {
    return isr.every((id) => this.has(name, id));
  }

  /** Whether a broker's disk may be lost without that a partition is. */
  mayLose(brokerId: number): boolean {
    if (this.#image.live.has(brokerId)) return false;
    for (const { topicId, index, state } of this.#image.partitions()) {
      const others = state.isr.filter((id) => id !== brokerId);
      const isIn = others.length < state.isr.length;
      if (isIn && this.isLost(`${topicId}/${index}`, others)) return false;
    }
    return true;
  }

  /** Whether a broker is in any ISR with a disk that was lost. */
  isAnywhere(brokerId: number): boolean {
    return [...this.#lost.values()].some((ids) => ids.has(brokerId));
  }

  /** A broker's disk is gone. */
  lose(brokerId: number): void {
    for (const { topicId, index, state } of this.#image.partitions()) {
      if (state.isr.includes(brokerId)) this.joined(`${topicId}/${index}`, brokerId);
    }
  }

  /** Somebody has come into an ISR whose disk was lost after that was asked for. */
  joined(name: string, brokerId: number): void {
    this.#lost.set(name, (this.#lost.get(name) ?? new Set()).add(brokerId));
  }

  /** A partition's ISR is otherwise: who isn't in it any more begins anew. */
  changed(name: string, isr: readonly number[]): void {
    for (const id of this.#lost.get(name) ?? []) {
      if (!isr.includes(id)) this.#lost.get(name)?.delete(id);
    }
  }
}
