import { CommandError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { type HostAndPort, parseAddress } from "../parse/values.ts";
import type { EtcdSettings } from "./etcd.ts";
import { BROKER_FLAGS, type BrokerFlag } from "./flags.ts";

/** What a broker is started with. */
export interface StartOptions {
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
  readonly config: ReadonlyMap<string, string>;
}

/** What someone has said, by flags or in a file: texts that can be parsed, and settings. */
export interface Given {
  readonly texts: ReadonlyMap<BrokerFlag, readonly string[]>;
  readonly config: ReadonlyMap<string, string>;
}

/** What was given for a flag; null: nothing. */
export function givenFor<Value>({ texts }: Given, flag: BrokerFlag<Value>): Value | null {
  const given = texts.get(flag);
  return given === undefined ? null : flag.parse(given);
}

/** What a broker is started with of which nothing is said. */
export const USUAL_START: StartOptions = {
  data: BROKER_FLAGS.data.usual,
  listen: [parseAddress(BROKER_FLAGS.listen.usual)],
  advertise: null,
  slaveOf: null,
  etcd: null,
  cluster: BROKER_FLAGS.cluster.usual,
  adopt: false,
  config: new Map(),
};

/** What a broker is started with: flags win over the file. Throws `CommandError`. */
export function startOptions(flags: Given, file: Given): StartOptions {
  const texts = new Map([...file.texts, ...flags.texts]);
  const config = new Map([...file.config, ...flags.config]);
  const of = <Value>(flag: BrokerFlag<Value>) => givenFor({ texts, config }, flag);
  const urls = of(BROKER_FLAGS.etcd);
  const etcd = urls && {
    urls,
    ca: of(BROKER_FLAGS.etcdCa),
    cert: of(BROKER_FLAGS.etcdCert),
    key: of(BROKER_FLAGS.etcdKey),
  };
  const slaveOf = of(BROKER_FLAGS.slaveOf);
  const adopt = of(BROKER_FLAGS.adopt) ?? USUAL_START.adopt;
  if (etcd && slaveOf) throw wrong("--slave-of is for one of a pair, --etcd for one of a cluster");
  if (adopt && !etcd) throw wrong("--adopt takes data into the cluster that --etcd names");
  return {
    data: of(BROKER_FLAGS.data) ?? USUAL_START.data,
    listen: of(BROKER_FLAGS.listen) ?? USUAL_START.listen,
    advertise: of(BROKER_FLAGS.advertise),
    slaveOf,
    etcd,
    cluster: of(BROKER_FLAGS.cluster) ?? USUAL_START.cluster,
    adopt,
    config,
  };
}

function wrong(message: string): CommandError {
  return new CommandError("invalid-config", message, exitCodes.usage);
}
