import { ClientsWorld } from "../shared/clients-world.ts";
import type { TopicPlan } from "./climate.ts";
import { PairClient } from "./pair-client.ts";
import type { SimulatedPair } from "./simulated-pair.ts";

/** What all clients of a simulated pair share. */
export class PairWorld extends ClientsWorld<SimulatedPair> {
  /** Topics that were made, and may have been lost again. */
  readonly made = new Set<TopicPlan>();
  producerCount = 0;

  /** Someone who knows both brokers' addresses. */
  makeClient(): PairClient {
    const [{ machine }] = this.members;
    const host = machine.clientHost();
    const addresses = this.members.map(({ address }) => address);
    const numbered = () => ++this.connectionCount;
    return new PairClient(machine.network.of(host), host.clock, addresses, this.random, numbered);
  }
}
