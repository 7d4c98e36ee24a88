import { readFileSync } from "node:fs";
import type { Etcd } from "../../internal/platform/etcd.ts";
import { CommandError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";

/** Where the etcd of a cluster is, as flags and files say. */
export interface EtcdSettings {
  readonly urls: readonly URL[];
  /** PEM files: whose certificates are believed, and this broker's own. */
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
}

/** The way to that etcd; what goes it is loaded only by a broker of a cluster. */
export async function connectEtcd({ urls, ca, cert, key }: EtcdSettings): Promise<Etcd> {
  const { bunEtcd } = await import("../../internal/platform/bun/etcd/etcd.ts");
  const named = urls.find(({ username }) => username !== "");
  const user = named && {
    name: decodeURIComponent(named.username),
    password: decodeURIComponent(named.password),
  };
  return bunEtcd({
    urls: urls.map(({ origin }) => origin),
    ...(user && { user }),
    tls: {
      ...(ca !== null && { ca: readPem(ca) }),
      ...(cert !== null && { cert: readPem(cert) }),
      ...(key !== null && { key: readPem(key) }),
    },
  });
}

function readPem(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError("invalid-config", `${file}: ${why}`, exitCodes.usage);
  }
}
