import type { PartitionLog } from "../../storage/partition-log.ts";

/** What stands for a log: its name, and which of that name it is. */
export function keyOf({ name, incarnation }: PartitionLog): string {
  return `${name}/${incarnation}`;
}

/** The other way round. */
export function partsOfKey(key: string): { readonly name: string; readonly incarnation: string } {
  const cut = key.indexOf("/");
  return { name: key.slice(0, cut), incarnation: key.slice(cut + 1) };
}
