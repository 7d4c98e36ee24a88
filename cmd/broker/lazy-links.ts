import type { Links } from "../../internal/broker/membership/links.ts";
import type { Platform } from "../../internal/platform/platform.ts";
import { version } from "../version.ts";

/** The ways to other brokers; what goes them is loaded only by a broker that has others. */
export function lazyLinks(platform: Platform): Links {
  let made: Promise<Links> | null = null;
  const links = (): Promise<Links> => {
    made ??= import("../../internal/client/replication-links.ts").then(({ replicationLinks }) =>
      replicationLinks(platform, `weir-broker/${version}`),
    );
    return made;
  };
  return {
    follow: async (address, hello, events) => (await links()).follow(address, hello, events),
    ask: async (address) => (await links()).ask(address),
    announce: async (address, announcement) => (await links()).announce(address, announcement),
    promote: async (address) => (await links()).promote(address),
    read: async (address, wanted) => (await links()).read(address, wanted),
    reserveProducerIds: async (address) => (await links()).reserveProducerIds(address),
  };
}
