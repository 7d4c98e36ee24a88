import type { Client, ConfigEntry } from "../../internal/client/api.ts";
import { ClientError } from "../../internal/client/errors.ts";

/** Something that has been asked for. */
export type Loaded<Value> =
  | { readonly state: "loading" }
  | { readonly state: "ready"; readonly value: Value }
  | { readonly state: "failed"; readonly reason: string };

/** The settings of topics and of the broker: asked for when someone looks at them. */
export class Configs {
  readonly #client: () => Client;
  readonly #changed: () => void;
  /** By the topic's name; the broker's under null. */
  readonly #entries = new Map<string | null, Loaded<readonly ConfigEntry[]>>();

  /** `client` throws a `ClientError` where there is no connection. */
  constructor(client: () => Client, changed: () => void) {
    this.#client = client;
    this.#changed = changed;
  }

  /** What is known of a topic's settings, or of the broker's (null). */
  of(topic: string | null): Loaded<readonly ConfigEntry[]> {
    return this.#entries.get(topic) ?? { state: "loading" };
  }

  /** Asks for them again; what is known stays until the answer is there. */
  load(topic: string | null): void {
    this.#ask(topic).then(
      (value) => this.#set(topic, { state: "ready", value }),
      (error: unknown) => {
        if (!(error instanceof ClientError)) throw error;
        this.#set(topic, { state: "failed", reason: error.message });
      },
    );
  }

  async #ask(topic: string | null): Promise<readonly ConfigEntry[]> {
    const client = this.#client();
    return topic === null ? client.brokerConfig() : client.topicConfig(topic);
  }

  #set(topic: string | null, entries: Loaded<readonly ConfigEntry[]>): void {
    this.#entries.set(topic, entries);
    this.#changed();
  }
}
