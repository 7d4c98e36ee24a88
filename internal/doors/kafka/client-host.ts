import type { Client } from "./service.ts";

/** Where a client connects from, as Kafka spells a member's host: a slash, then the address. */
export function clientHost({ remote }: Client): string {
  return `/${remote.slice(0, remote.lastIndexOf(":"))}`;
}
