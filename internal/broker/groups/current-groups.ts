import type { GroupCoordinator } from "../../coordination/api.ts";
import type { LocalGroupCoordinator } from "../../coordination/coordinator.ts";
import { coordinatedElsewhere } from "../../coordination/elsewhere.ts";
import type { Role } from "../membership/replication-api.ts";

/** How a broker comes by its groups. */
export interface GroupSources {
  /** To coordinate them, from what the logs tell. Rejects with `StorageError`. */
  readonly own: () => Promise<LocalGroupCoordinator>;
  /** To tell what the copies have of them, while another broker coordinates them. */
  readonly copied: () => GroupCoordinator;
}

/** The coordinator of the moment: who leads coordinates all groups, others tell what they copy. */
export class CurrentGroups {
  current: GroupCoordinator = coordinatedElsewhere();
  readonly #sources: GroupSources;
  #own: LocalGroupCoordinator | null = null;

  constructor(sources: GroupSources) {
    this.#sources = sources;
  }

  /** Coordinates from now on, or another broker does. */
  async change(role: Role): Promise<void> {
    this.close();
    if (role !== "master") {
      this.current = this.#sources.copied();
      return;
    }
    this.current = coordinatedElsewhere();
    this.#own = await this.#sources.own();
    this.current = this.#own;
  }

  /** A topic isn't there any more: its offsets go, too. */
  async topicDeleted(name: string): Promise<void> {
    await this.#own?.topicDeleted(name);
  }

  close(): void {
    this.#own?.close();
    this.#own = null;
  }
}
