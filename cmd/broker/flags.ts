import {
  ParseError,
  parseAddress,
  parseClusterName,
  parseDurationMs,
  parsePair,
  parseUrls,
  parseWhole,
} from "../parse/values.ts";

/** Something that a broker is told when it starts: by a flag, and maybe in a file. */
export interface BrokerFlag<Value = unknown> {
  /** As help has it. */
  readonly flag: string;
  readonly about: string;
  /** What holds where nobody says it. */
  readonly usual?: string;
  /** Its name in a file. */
  readonly key?: string;
  /** The broker's setting that it sets, which stands for it in a file. */
  readonly setting?: string;
  /** Whether it may be given several times; a file has a list then. */
  readonly repeatable?: true;
  readonly choices?: readonly string[];
  /** What the texts say that it was given: one, but for what is repeatable. Throws `ParseError`. */
  readonly parse: (texts: readonly string[]) => Value;
}

const ON_DISK = ["fsync", "memory"];
const MODES = ["sync", "async"];

/**
 * All that 'weir broker' takes, in the order of its help. The command line, the file and the table
 * in docs/configuration.md are made of this.
 */
export const BROKER_FLAGS = {
  data: {
    flag: "--data <directory>",
    about: "where to keep the data, one broker at a time",
    usual: "./weir-data",
    key: "data",
    parse: one(parseText),
  },
  listen: {
    flag: "--listen <host:port>",
    about: "where to accept clients, of every protocol; port 0 takes a free one",
    usual: "127.0.0.1:9092",
    key: "listen",
    repeatable: true,
    parse: (texts: readonly string[]) => texts.map(parseAddress),
  },
  advertise: {
    flag: "--advertise <host:port>",
    about: "the address that clients are told",
    usual: "the first --listen",
    key: "advertise",
    parse: one(parseAddress),
  },
  durability: {
    flag: "--durability <when>",
    about: "when a record counts as written: on the disk, or in memory",
    usual: "fsync",
    setting: "durability",
    choices: ON_DISK,
    parse: one(parseChoice(ON_DISK)),
  },
  set: {
    flag: "--set <name=value>",
    about: "a broker setting",
    repeatable: true,
    parse: (texts: readonly string[]) => texts.map(parsePair),
  },
  slaveOf: {
    flag: "--slave-of <host:port>",
    about: "copy everything from the master at this address, and serve reads",
    key: "slave-of",
    parse: one(parseAddress),
  },
  replication: {
    flag: "--replication <mode>",
    about: "whether acks=all waits for slaves; both brokers have to agree to it",
    usual: "sync",
    setting: "replication",
    choices: MODES,
    parse: one(parseChoice(MODES)),
  },
  fenceAfter: {
    flag: "--fence-after <duration>",
    about: "take no records when a synchronous slave hasn't been heard for so long",
    setting: "replication.fence.after.ms",
    parse: one((text) => `${parseDurationMs(text)}`),
  },
  etcd: {
    flag: "--etcd <urls>",
    about: "be one of the cluster that etcd keeps",
    key: "etcd",
    repeatable: true,
    parse: (texts: readonly string[]) => texts.flatMap(parseUrls),
  },
  etcdCa: {
    flag: "--etcd-ca <file>",
    about: "whose certificates are believed of etcd (PEM)",
    key: "etcd-ca",
    parse: one(parseText),
  },
  etcdCert: {
    flag: "--etcd-cert <file>",
    about: "the certificate that etcd is shown (PEM)",
    key: "etcd-cert",
    parse: one(parseText),
  },
  etcdKey: {
    flag: "--etcd-key <file>",
    about: "the key of that certificate (PEM)",
    key: "etcd-key",
    parse: one(parseText),
  },
  cluster: {
    flag: "--cluster <name>",
    about: "the name of the cluster: one etcd may keep several",
    usual: "main",
    key: "cluster",
    parse: one(parseClusterName),
  },
  id: {
    flag: "--id <number>",
    about: "the number of this broker in its cluster",
    usual: "one that is free",
    setting: "broker.id",
    parse: one((text) => `${parseWhole(text, 1, 2 ** 31 - 1)}`),
  },
  rack: {
    flag: "--rack <name>",
    about: "where this broker stands: copies are spread over racks",
    setting: "broker.rack",
    parse: one((text) => text),
  },
  adopt: {
    flag: "--adopt",
    about: "take the data of a lone broker, or of one of a pair, into the cluster",
    parse: () => true,
  },
  config: {
    flag: "--config <file>",
    about: "a TOML file with these options and settings",
    parse: one(parseText),
  },
  top: {
    flag: "--top",
    about: "show the broker on a screen, until someone quits; it logs to broker.log",
    parse: () => true,
  },
} as const satisfies Readonly<Record<string, BrokerFlag>>;

function one<Value>(parse: (text: string) => Value): (texts: readonly string[]) => Value {
  return ([text = ""]) => parse(text);
}

function parseText(text: string): string {
  if (text !== "") return text;
  throw new ParseError("It must not be empty.");
}

function parseChoice(choices: readonly string[]): (text: string) => string {
  return (text) => {
    if (choices.includes(text)) return text;
    throw new ParseError(`Allowed choices are ${choices.join(", ")}.`);
  };
}
