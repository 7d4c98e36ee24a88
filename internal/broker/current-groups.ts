import type { GroupCoordinator } from "../coordination/api.ts";
import type { LocalGroupCoordinator } from "../coordination/coordinator.ts";
import { coordinatedElsewhere } from "../coordination/elsewhere.ts";

/** The coordinator of the moment: who leads coordinates all groups, from what its logs tell. */
export class CurrentGroups {
  current: GroupCoordinator = coordinatedElsewhere();
  #own: LocalGroupCoordinator | null = null;

  /** Coordinates from now on, with what `open` gives; null: another broker does. */
  async change(open: (() => Promise<LocalGroupCoordinator>) | null): Promise<void> {
    this.close();
    this.current = coordinatedElsewhere();
    this.#own = (await open?.()) ?? null;
    if (this.#own) this.current = this.#own;
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
