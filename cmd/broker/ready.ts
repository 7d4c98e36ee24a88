import { hostname } from "node:os";
import path from "node:path";
import { type Output, OutputClosedError } from "../output/output.ts";
import { addressText, type HostAndPort, parseAddress } from "../parse/values.ts";
import { version } from "../version.ts";
import type { BrokerSettings } from "./settings.ts";

/** An address under which others find this machine: a wildcard is none. */
export function reachable(listen: HostAndPort | undefined): HostAndPort {
  const { host, port } = listen ?? parseAddress("127.0.0.1");
  return { host: host === "0.0.0.0" || host === "::" ? hostname() : host, port };
}

/** Says that the broker serves: the one line that it prints on stdout. */
export async function printReady(
  out: Output,
  { data, durability }: BrokerSettings,
  listening: readonly HostAndPort[],
  asJson: boolean,
): Promise<void> {
  const addresses = listening.map(addressText);
  const directory = path.resolve(data);
  if (asJson) {
    const { pid } = process;
    const ready = { kind: "broker-ready", addresses, data: directory, durability, version, pid };
    out.appendText(`${JSON.stringify(ready)}\n`);
  } else {
    const where = addresses.join(" and ");
    out.appendText(`weir ${version} serves at ${where}, data in ${directory} (${durability})\n`);
  }
  try {
    await out.flush();
  } catch (error) {
    // Nobody has to listen to that line.
    if (!(error instanceof OutputClosedError)) throw error;
  }
}
