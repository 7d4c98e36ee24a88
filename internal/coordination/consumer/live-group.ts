import { StorageError } from "../../storage/errors.ts";
import type { GroupChange } from "../changes.ts";
import type { GroupContext } from "../classic/classic-group.ts";
import type { GroupErrorCode } from "../errors.ts";
import { changesBetween } from "./changes.ts";
import type { GroupRules } from "./group-rules.ts";
import { type ConsumerGroup, NEW_GROUP } from "./group-state.ts";
import { departed } from "./leave.ts";
import { MemberTimers } from "./member-timers.ts";
import { doesMatch, TopicPatterns } from "./topic-patterns.ts";
import type { TopicCatalog } from "./topics.ts";

/** What groups of the consumer protocol stand on. */
export interface LiveContext extends Omit<GroupContext, "random" | "saveGroup"> {
  readonly topics: TopicCatalog;
  /** Makes changes durable. Rejects with `StorageError`. */
  write(changes: readonly GroupChange[]): Promise<void>;
  /** Told when a group has changed: it may have become one of the classic protocol. */
  changed(group: LiveGroup): Promise<void>;
}

/** What becomes of a group, and what somebody is told of it once that is durable. */
export interface Outcome<T> {
  readonly group: ConsumerGroup;
  readonly answer: T;
}

/** A step of the group, which waits for its turn. */
interface Work {
  /** A pattern that has to be resolved before. */
  readonly regex: string | null;
  /** Takes the step; returns what is to be done when it is durable, or could not be. */
  run(group: ConsumerGroup, rules: GroupRules): TakenStep;
  refuse(error: GroupErrorCode): void;
}

interface TakenStep {
  readonly group: ConsumerGroup;
  answer(): void;
}

/**
 * A group of the consumer protocol at work. All that happens to it goes through here in turns: the
 * steps that wait are taken one behind the other, what they change is written at once, and nobody
 * is told of it before that is durable. So the log always knows whatever a member does, and no
 * crash gives a partition to two.
 */
export class LiveGroup {
  readonly groupId: string;
  readonly #context: LiveContext;
  readonly #timers: MemberTimers;
  readonly #patterns: TopicPatterns;
  #group: ConsumerGroup;
  /** The group as the log has it; null if it has none. */
  #saved: ConsumerGroup | null;
  /** What has to be written before the group itself: the end of what it was. */
  #prelude: readonly GroupChange[];
  #waiting: Work[] = [];
  #isBusy = false;
  #isClosed = false;
  /** The topics that the present targets were made for. */
  #topicsVersion = -1;
  #patternBytes = 0;

  /** A group that the log has, or one that is to be saved with the first thing that happens. */
  constructor(
    groupId: string,
    context: LiveContext,
    group: ConsumerGroup,
    origin: "saved" | readonly GroupChange[],
  ) {
    this.groupId = groupId;
    this.#context = context;
    this.#group = group;
    this.#saved = origin === "saved" ? group : null;
    this.#prelude = origin === "saved" ? [] : origin;
    this.#patterns = new TopicPatterns(context.clock, context.topics);
    this.#timers = new MemberTimers(context, (memberId) => this.#expire(memberId));
    this.#timers.follow(NEW_GROUP, group);
  }

  /** As it is known to all. */
  get group(): ConsumerGroup {
    return this.#group;
  }

  /** What the log has of it. */
  get saved(): ConsumerGroup | null {
    return this.#saved;
  }

  /** How often its members are to call. */
  get heartbeatIntervalMs(): number {
    return this.#context.settings.consumerHeartbeatIntervalMs;
  }

  /** Who is waited for. */
  get timers(): MemberTimers {
    return this.#timers;
  }

  /** The topics that there are. */
  get topics(): TopicCatalog {
    return this.#context.topics;
  }

  /** Whether a member reads the topic. */
  reads(topic: string): boolean {
    return this.#group.members.values().some(({ terms }) => {
      return terms.topics.includes(topic) || doesMatch(terms.topicRegex, topic);
    });
  }

  /** Whether it has no members, and none is coming. */
  get isVacant(): boolean {
    return this.#group.members.size === 0 && !this.#isBusy;
  }

  /** The rules as of now; only what is resolved already matches patterns. */
  get rules(): GroupRules {
    const { settings, topics } = this.#context;
    return {
      maxSize: settings.maxConsumerGroupSize,
      assignors: settings.consumerAssignors,
      view: {
        topic: (name) => topics.topic(name),
        topicById: (id) => topics.topicById(id),
        matching: (regex) => this.#patterns.matching(regex),
      },
      haveTopicsChanged: topics.version !== this.#topicsVersion,
    };
  }

  /** Takes a step in its turn; resolves when what it changes is durable. */
  change<T>(
    step: (group: ConsumerGroup, rules: GroupRules) => Outcome<T>,
    refused: (error: GroupErrorCode) => T,
    regex: string | null = null,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const refuse = (error: GroupErrorCode): void => resolve(refused(error));
      if (this.#isClosed) return refuse("coordinator-not-available");
      const run = (group: ConsumerGroup, rules: GroupRules): TakenStep => {
        const outcome = step(group, rules);
        return { group: outcome.group, answer: () => resolve(outcome.answer) };
      };
      this.#waiting.push({ regex, run, refuse });
      if (!this.#isBusy) this.#work().catch(reject);
    });
  }

  /** Nobody is in it any more, as far as this broker knows; who waits is told so. */
  close(): void {
    this.#isClosed = true;
    this.#timers.follow(this.#group, NEW_GROUP);
    this.#countPatterns(0);
    for (const { refuse } of this.#waiting.splice(0)) refuse("coordinator-not-available");
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    try {
      while (this.#waiting.length > 0) {
        if (!this.#arePatternsResolved()) await this.#resolvePatterns();
        await this.#turn();
      }
    } finally {
      this.#isBusy = false;
    }
  }

  /** Takes all steps that wait. What changes nothing is answered before this returns. */
  #turn(): Promise<void> | undefined {
    const works = this.#waiting;
    this.#waiting = [];
    const { rules } = this;
    const { version } = this.#context.topics;
    let next = this.#group;
    const steps = works.map((work) => {
      const step = work.run(next, rules);
      next = step.group;
      return step;
    });
    const finish = (): void => {
      this.#topicsVersion = version;
      for (const { answer } of steps) answer();
    };
    if (next !== this.#group) return this.#save(next, works, finish);
    finish();
    return undefined;
  }

  async #save(next: ConsumerGroup, works: readonly Work[], finish: () => void): Promise<void> {
    try {
      const changes = [...this.#prelude, ...changesBetween(this.groupId, this.#saved, next)];
      await this.#context.write(changes);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      for (const { refuse } of works) refuse("coordinator-not-available");
      return;
    }
    this.#prelude = [];
    this.#saved = next;
    if (!this.#isClosed) this.#timers.follow(this.#group, next);
    this.#group = next;
    finish();
    await this.#context.changed(this);
  }

  /** A member's time is over. */
  #expire(memberId: string): void {
    const step = (group: ConsumerGroup, rules: GroupRules) => {
      const isOver = group.members.has(memberId) && this.#timers.isOver(memberId);
      return { group: isOver ? departed(group, [memberId], rules) : group, answer: null };
    };
    // If this can't be saved, it is tried again.
    const refused = () => this.#timers.tryAgain(memberId);
    void this.change<unknown>(step, refused);
  }

  #wantedPatterns(): Set<string> {
    const wanted = new Set<string>();
    for (const { terms } of this.#group.members.values()) {
      if (terms.topicRegex) wanted.add(terms.topicRegex);
    }
    for (const { regex } of this.#waiting) if (regex) wanted.add(regex);
    return wanted;
  }

  #arePatternsResolved(): boolean {
    return this.#patterns.areResolved(this.#wantedPatterns());
  }

  async #resolvePatterns(): Promise<void> {
    await this.#patterns.resolve(this.#wantedPatterns());
    if (!this.#isClosed) this.#countPatterns(this.#patterns.sizeBytes);
  }

  #countPatterns(sizeBytes: number): void {
    this.#context.budget.add(sizeBytes - this.#patternBytes);
    this.#patternBytes = sizeBytes;
  }
}
