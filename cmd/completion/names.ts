import { readUserConfig } from "../config/file.ts";
import { withClient } from "../connection.ts";
import { counted } from "../output/numbers.ts";
import { addressText, defaultPort, parseAddress } from "../parse/values.ts";

/** What there are names of. */
export type NameKind = "topics" | "groups" | "brokers" | "contexts" | "settings";

/** Someone waits with a finger on the tab key. */
const TIMEOUT_MS = 700;

interface Name {
  readonly text: string;
  readonly about: string;
}

/** The names that there are now; none where nobody can be asked. */
export async function namesOf(
  kind: NameKind,
  given: ReadonlyMap<string, string>,
): Promise<readonly Name[]> {
  try {
    return await names(kind, given);
  } catch {
    return []; // a line that is being typed is no place for errors
  }
}

async function names(kind: NameKind, given: ReadonlyMap<string, string>): Promise<Name[]> {
  const { contexts, current } = readUserConfig(() => {});
  if (kind === "contexts") {
    return [...contexts].map(([text, { broker = "" }]) => ({ text, about: broker }));
  }
  if (kind === "brokers") {
    const known = [...contexts].map(([about, { broker = "" }]) => ({ text: broker, about }));
    return [{ text: `127.0.0.1:${defaultPort}`, about: "this machine" }, ...known];
  }
  const context = given.get("--context") ?? process.env.WEIR_CONTEXT ?? current ?? "";
  const said = given.get("--broker") ?? process.env.WEIR_BROKER;
  const broker = parseAddress(said ?? contexts.get(context)?.broker ?? "127.0.0.1");
  return withClient({ broker, timeout: TIMEOUT_MS }, async (client) => {
    const where = addressText(broker);
    if (kind === "topics") {
      const topics = (await client.listTopics()).filter(({ internal }) => !internal);
      return topics.map(({ name, partitionCount }) => {
        return { text: name, about: `${counted(partitionCount, "partition")} at ${where}` };
      });
    }
    if (kind === "groups") {
      const groups = await client.listGroups();
      return groups.map(({ groupId, state, lag }) => ({
        text: groupId,
        about: `${state}, ${counted(lag, "record")} behind`,
      }));
    }
    const settings = (await client.brokerConfig()).filter(({ readOnly }) => !readOnly);
    return settings.map(({ name, value }) => ({ text: `${name}=`, about: `now ${value ?? ""}` }));
  });
}
