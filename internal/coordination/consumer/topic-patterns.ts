import { type Clock, nextTurn } from "../../platform/clock.ts";
import { compilePattern, matches, type Pattern } from "./regex/pattern.ts";
import type { TopicCatalog } from "./topics.ts";

/** About how many steps of matching are made before others have their turn. */
const STEPS_AT_ONCE = 500_000;

/** About what a name in a list takes. */
const NAME_BYTES = 8;

interface Resolved {
  /** The topics that it was matched against, by the catalog's version. */
  readonly version: number;
  readonly names: readonly string[];
}

/**
 * Which topics match the patterns that a group's members read by. Matching all topics takes time:
 * it is done ahead, in pieces, and asked for at once.
 */
export class TopicPatterns {
  readonly #clock: Clock;
  readonly #catalog: TopicCatalog;
  #resolved = new Map<string, Resolved>();

  constructor(clock: Clock, catalog: TopicCatalog) {
    this.#clock = clock;
    this.#catalog = catalog;
  }

  /** The names that match, as of when it was resolved last. */
  matching(regex: string): readonly string[] {
    return this.#resolved.get(regex)?.names ?? [];
  }

  /** About what is kept takes. */
  get sizeBytes(): number {
    let names = 0;
    for (const resolved of this.#resolved.values()) names += resolved.names.length;
    return NAME_BYTES * names;
  }

  /** Whether all of these have been matched against the topics as they are now. */
  areResolved(regexes: ReadonlySet<string>): boolean {
    const { version } = this.#catalog;
    for (const regex of regexes) if (this.#resolved.get(regex)?.version !== version) return false;
    return true;
  }

  /** Matches these, and forgets all others. Topics may change meanwhile. */
  async resolve(regexes: ReadonlySet<string>): Promise<void> {
    const { version } = this.#catalog;
    const names = [...this.#catalog.names()].sort();
    const resolved = new Map<string, Resolved>();
    for (const regex of regexes) {
      const known = this.#resolved.get(regex);
      const isCurrent = known?.version === version;
      resolved.set(regex, isCurrent ? known : { version, names: await this.#match(regex, names) });
    }
    this.#resolved = resolved;
  }

  async #match(regex: string, names: readonly string[]): Promise<string[]> {
    const pattern = compilePattern(regex);
    if (pattern === null) return [];
    const matching: string[] = [];
    let steps = 0;
    for (const name of names) {
      steps += costOf(pattern, name);
      if (steps > STEPS_AT_ONCE) {
        await nextTurn(this.#clock);
        steps = 0;
      }
      if (matches(pattern, name)) matching.push(name);
    }
    return matching;
  }
}

/** Whether a topic's name matches a pattern, which may be none. */
export function doesMatch(regex: string | null, topic: string): boolean {
  const pattern = regex ? compilePattern(regex) : null;
  return pattern !== null && matches(pattern, topic);
}

/** At most so many steps. */
function costOf(pattern: Pattern, text: string): number {
  return pattern.length * (text.length + 1);
}
