import {
  type HostAndPort,
  ParseError,
  parseAddress,
  parseClusterName,
  parseUrls,
} from "../parse/values.ts";
import type { EtcdSettings } from "./etcd.ts";

/** What a broker is started with. */
export interface BrokerSettings {
  readonly data: string;
  readonly listen: readonly HostAndPort[];
  /** null: the first of `listen`. */
  readonly advertise: HostAndPort | null;
  /** The master to follow; null: none, or the one that is known already. */
  readonly slaveOf: HostAndPort | null;
  /** The etcd of the cluster that it is one of; null: it is of none. */
  readonly etcd: EtcdSettings | null;
  readonly cluster: string;
  /** Whether data of before is taken into the cluster. */
  readonly adopt: boolean;
  /** The broker's settings by name, for the broker to check. */
  readonly overrides: ReadonlyMap<string, string>;
}

/** What flags or a file say; what is left out is for others to say. */
export type PartialSettings = Partial<Omit<BrokerSettings, "overrides" | "etcd">> & {
  readonly etcd?: readonly URL[];
  readonly etcdCa?: string;
  readonly etcdCert?: string;
  readonly etcdKey?: string;
  readonly overrides: ReadonlyMap<string, string>;
};

/** The settings: flags win over the file, the file over the defaults. */
export function mergeSettings(flags: PartialSettings, file: PartialSettings): BrokerSettings {
  const first = <Name extends keyof PartialSettings>(name: Name) => flags[name] ?? file[name];
  const urls = first("etcd") ?? null;
  return {
    data: first("data") ?? "./weir-data",
    listen: first("listen") ?? [parseAddress("127.0.0.1")],
    advertise: first("advertise") ?? null,
    slaveOf: first("slaveOf") ?? null,
    etcd: urls && {
      urls,
      ca: first("etcdCa") ?? null,
      cert: first("etcdCert") ?? null,
      key: first("etcdKey") ?? null,
    },
    cluster: first("cluster") ?? "main",
    adopt: first("adopt") ?? false,
    overrides: new Map([...file.overrides, ...flags.overrides]),
  };
}

/**
 * Reads a broker's config file, in TOML:
 *
 * ```toml
 * data = "/var/lib/weir"
 * listen = ["127.0.0.1:9092", "10.0.0.1:9092"]
 * advertise = "broker-1:9092"
 * slave-of = "broker-0:9092"
 * etcd = ["https://etcd-1:2379", "https://etcd-2:2379"]
 * etcd-ca = "/etc/weir/ca.pem"     # also etcd-cert, etcd-key
 * cluster = "orders"
 * durability = "memory"            # any other name is a broker setting, as with --set
 * log.segment.bytes = 67108864
 * ```
 */
export function parseConfigFile(text: string): PartialSettings {
  const { data, listen, advertise, "slave-of": slaveOf, ...rest } = parseToml(text);
  const { etcd, cluster, "etcd-ca": ca, "etcd-cert": cert, "etcd-key": key, ...others } = rest;
  return {
    ...(data === undefined ? {} : { data: textOf("data", data) }),
    ...(listen === undefined ? {} : { listen: addressesOf(listen) }),
    ...(advertise === undefined ? {} : { advertise: addressOf("advertise", advertise) }),
    ...(slaveOf === undefined ? {} : { slaveOf: addressOf("slave-of", slaveOf) }),
    ...(etcd === undefined ? {} : { etcd: urlsOf(etcd) }),
    ...(ca === undefined ? {} : { etcdCa: textOf("etcd-ca", ca) }),
    ...(cert === undefined ? {} : { etcdCert: textOf("etcd-cert", cert) }),
    ...(key === undefined ? {} : { etcdKey: textOf("etcd-key", key) }),
    ...(cluster === undefined ? {} : { cluster: parseClusterName(textOf("cluster", cluster)) }),
    overrides: new Map(flatten("", others)),
  };
}

function parseToml(text: string): Record<string, unknown> {
  try {
    return { ...Bun.TOML.parse(text) };
  } catch (error) {
    throw new ParseError(`not TOML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The dotted names that TOML makes tables of, and their values as they are after `--set`. */
function* flatten(prefix: string, table: object): Generator<[name: string, value: string]> {
  for (const [key, value] of Object.entries(table)) {
    const name = prefix + key;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      yield* flatten(`${name}.`, value);
    } else if (Array.isArray(value)) {
      yield [name, value.map((item) => scalarOf(name, item)).join(",")];
    } else {
      yield [name, scalarOf(name, value)];
    }
  }
}

function scalarOf(name: string, value: unknown): string {
  if (["string", "number", "bigint", "boolean"].includes(typeof value)) return String(value);
  throw new ParseError(`${name} is neither text nor a number nor true or false`);
}

function textOf(name: string, value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw new ParseError(`${name} is not a text`);
}

function addressOf(name: string, value: unknown): HostAndPort {
  const text = textOf(name, value);
  try {
    return parseAddress(text);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new ParseError(`${name} is "${text}": ${error.message}`);
  }
}

function urlsOf(value: unknown): readonly URL[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw new ParseError("etcd names no address");
  return list.flatMap((item) => parseUrls(textOf("etcd", item)));
}

function addressesOf(value: unknown): readonly HostAndPort[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw new ParseError("listen names no address");
  return list.map((item) => addressOf("listen", item));
}
