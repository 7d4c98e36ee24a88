import type { Client } from "../internal/client/api.ts";
import { defaultTimeoutMs, type GlobalOptions } from "./options.ts";
import { version } from "./version.ts";

/**
 * Connects to the broker that the options name, does `work`, and disconnects.
 *
 * The client is loaded only now: `weir --version` and help do without it.
 */
export async function withClient<Result>(
  options: GlobalOptions,
  work: (client: Client) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const [{ connect }, { bunPlatform }] = await Promise.all([
    import("../internal/client/client.ts"),
    import("../internal/platform/bun/platform.ts"),
  ]);
  const client = await connect(bunPlatform(), options.broker, {
    timeoutMs: options.timeout ?? defaultTimeoutMs,
    clientName: `weir-cli/${version}`,
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
