import type { Disk } from "../../platform/disk.ts";
import { readWholeFile, replaceFile } from "../../storage/whole-file.ts";
import type { ConfigChanges, TracedConfigEntry } from "../api.ts";
import { BrokerError } from "../errors.ts";
import { OneAtATime } from "../one-at-a-time.ts";
import { BROKER_SETTINGS } from "./broker-setting-table.ts";
import {
  type BrokerSettings,
  brokerConfigEntries,
  brokerSettings,
  checkedBrokerConfig,
} from "./broker-settings.ts";
import { TOPIC_SETTINGS } from "./topic-setting-table.ts";

/** The file in the data directory that has what was changed while a broker ran. */
const FILE = "broker-settings.json";

/** The settings that hold from the moment on at which they are changed. */
const CHANGEABLE: ReadonlySet<string> = new Set([
  "auto.create.topics.enable",
  "metrics.partitions.enable",
  "metrics.series.max",
  // Both brokers of a pair have to agree to how they replicate, when they meet.
  ...TOPIC_SETTINGS.map(({ broker }) => broker).filter((name) => name !== "replication"),
]);

/** A broker's settings: what it was started with, and above it what was changed since. */
export class BrokerConfig {
  /** What holds, by name; one map for all who look, which changes. */
  readonly values: ReadonlyMap<string, string>;
  /** The same as values to work with: other ones are another object. */
  settings: BrokerSettings;
  /** Called when other values hold. */
  onChange: (() => void) | null = null;
  readonly #values: Map<string, string>;
  /** What holds of settings that nobody has given, where that isn't always the same. */
  readonly #derived = new Map<string, string>();
  readonly #started: ReadonlyMap<string, string>;
  #changed: ReadonlyMap<string, string>;
  /** At once, each of two would save the file without the other. */
  readonly #saving = new OneAtATime();
  readonly #disk: Disk;
  readonly #directory: string;

  /** Throws `BrokerError` `invalid-config` for a file that has something else in it. */
  constructor(disk: Disk, directory: string, started: ReadonlyMap<string, string>) {
    this.#disk = disk;
    this.#directory = directory;
    this.#started = started;
    this.#changed = savedSettings(disk, `${directory}/${FILE}`);
    this.#values = new Map([...started, ...this.#changed]);
    this.values = this.#values;
    this.settings = brokerSettings(this.values);
  }

  /** Makes another value than the usual one a setting's default: it is known from now on. */
  derive(name: string, value: string): void {
    this.#derived.set(name, value);
    this.settings = brokerSettings(this.values, this.#derived);
  }

  entries(): TracedConfigEntry[] {
    return brokerConfigEntries(this.values, this.#derived).map((entry) => {
      return { ...entry, readOnly: !CHANGEABLE.has(entry.name) };
    });
  }

  /**
   * Sets settings, or takes them back (`null`) to what the broker was started with; durable when
   * this resolves. Rejects with `BrokerError` `invalid-config`: then nothing is changed.
   */
  async alter(changes: ConfigChanges, validateOnly: boolean): Promise<void> {
    const checked = new Map<string, string | null>();
    for (const [name, value] of changes) checked.set(name, checkedChange(name, value));
    if (validateOnly) return;
    await this.#saving.run(() => this.#save(checked));
  }

  async #save(changes: ConfigChanges): Promise<void> {
    const changed = new Map(this.#changed);
    for (const [name, value] of changes) {
      if (value === null) changed.delete(name);
      else changed.set(name, value);
    }
    await saveSettings(this.#disk, this.#directory, changed);
    this.#changed = changed;
    this.#values.clear();
    for (const [name, value] of [...this.#started, ...changed]) this.#values.set(name, value);
    this.settings = brokerSettings(this.values, this.#derived);
    this.onChange?.();
  }
}

/** What is to be kept of a change. Throws `BrokerError` `invalid-config`. */
function checkedChange(name: string, value: string | null): string | null {
  const checked = checkedBrokerConfig(new Map([[name, value ?? settingDefault(name)]]));
  if (!CHANGEABLE.has(name)) {
    const message = `${name} holds until the next start: it can't be changed meanwhile`;
    throw new BrokerError("invalid-config", message);
  }
  return value === null ? null : (checked.get(name) ?? null);
}

/** Any value that a setting may have; an empty one where there is no such setting. */
function settingDefault(name: string): string {
  return BROKER_SETTINGS.find((setting) => setting.name === name)?.default ?? "";
}

function savedSettings(disk: Disk, path: string): ReadonlyMap<string, string> {
  if (!disk.exists(path)) return new Map();
  try {
    const fields: unknown = JSON.parse(new TextDecoder().decode(readWholeFile(disk, path)));
    const pairs = Object.entries(fields ?? {}).map(([name, value]) => [name, `${value}`] as const);
    return checkedBrokerConfig(new Map(pairs));
  } catch (error) {
    if (error instanceof BrokerError || error instanceof SyntaxError) {
      throw new BrokerError("invalid-config", `${path}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

async function saveSettings(
  disk: Disk,
  directory: string,
  settings: ReadonlyMap<string, string>,
): Promise<void> {
  const path = `${directory}/${FILE}`;
  const bytes = new TextEncoder().encode(`${JSON.stringify(Object.fromEntries(settings))}\n`);
  await replaceFile(disk, path, bytes);
  await disk.syncDirectory(directory);
}
