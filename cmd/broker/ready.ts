import { hostname } from "node:os";
import type { BrokerStatus } from "../../internal/client/api.ts";
import { type Output, OutputClosedError } from "../output/output.ts";
import { type JsonShape, objectLine } from "../output/shape.ts";
import { addressText, type HostAndPort, parseAddress } from "../parse/values.ts";
import { version } from "../version.ts";

/** An address under which others find this machine: a wildcard is none. */
export function reachable(listen: HostAndPort | undefined): HostAndPort {
  const { host, port } = listen ?? parseAddress("127.0.0.1");
  return { host: host === "0.0.0.0" || host === "::" ? hostname() : host, port };
}

/** The line that says that a broker serves. */
export const readyShape: JsonShape = {
  kind: "broker-ready",
  version: 1,
  form: "object",
  fields: {
    addresses: "list, HOST:PORT of each address that it listens at",
    data: "text, its data directory",
    durability: "text, fsync or memory",
    weir: "text, the executable's version",
    pid: "integer, the process",
  },
};

/** Says that the broker serves: the one line that it prints on stdout. */
export async function printReady(
  out: Output,
  { dataDirectory, durability }: BrokerStatus,
  listening: readonly HostAndPort[],
  asJson: boolean,
): Promise<void> {
  const addresses = listening.map(addressText);
  if (asJson) {
    const { pid } = process;
    const facts = { addresses, data: dataDirectory, durability, weir: version, pid };
    out.appendText(objectLine(readyShape, facts));
  } else {
    const where = addresses.join(" and ");
    const data = `${dataDirectory} (${durability})`;
    out.appendText(`weir ${version} serves at ${where}, data in ${data}\n`);
  }
  try {
    await out.flush();
  } catch (error) {
    // Nobody has to listen to that line.
    if (!(error instanceof OutputClosedError)) throw error;
  }
}
