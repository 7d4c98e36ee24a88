import { type Command, Option } from "commander";
import type { Client } from "../internal/client/api.ts";
import type { PaletteName } from "../tui/theme/palettes.ts";
import type { ColorDepth } from "../tui/theme/sgr.ts";
import { withClient } from "./connection.ts";
import { planReset } from "./group/reset-plan.ts";
import {
  callExits,
  checked,
  defaultTimeoutMs,
  type GlobalOptions,
  isDefaultBroker,
  verb,
} from "./options.ts";
import { parseFrom } from "./parse/position.ts";
import { addressText, ParseError, parseDurationMs, parseWhole } from "./parse/values.ts";
import { takeSignals } from "./signals.ts";
import type { Stdio } from "./stdio.ts";
import { lookShape, printLooks } from "./top/lines.ts";
import { saveMessages } from "./top/save.ts";
import { checkTerminal } from "./top/terminal.ts";
import { version } from "./version.ts";

interface TopOptions extends GlobalOptions {
  readonly refresh: number;
  readonly fps: number;
  readonly theme: PaletteName;
  readonly ascii?: true;
  readonly color: boolean;
  readonly readOnly?: true;
  readonly output?: "screen" | "ndjson";
}

/** `weir top`: the screen. */
export function topVerb(stdio: Stdio): Command {
  return verb("top", "Watch a broker on a screen of its own", {
    examples: [
      "weir top",
      "weir top -b broker-1:9092 --read-only",
      "weir top --refresh 5s --fps 5              # over a slow line",
      "weir top --json --refresh 2s | jq -c '.groups[] | select(.lag > 1000)'",
    ],
    json: lookShape,
    exits: callExits,
  })
    .addOption(
      new Option("--refresh <duration>", "the time between two looks at the broker")
        .default(500, "500ms")
        .argParser(checked(parseRefreshMs)),
    )
    .addOption(
      new Option("--fps <count>", "how often the screen is drawn in a second, at the most")
        .default(20)
        .argParser(checked((text) => parseWhole(text, 1, 60))),
    )
    .addOption(
      new Option("--theme <name>", "the colours")
        .choices(["dark", "light", "contrast", "safe", "mono"])
        .env("WEIR_THEME")
        .default("dark"),
    )
    .option("--ascii", "draw with letters and signs that every font has")
    .option("--no-color", "no colours; so does NO_COLOR in the environment")
    .option("--read-only", "only look: nothing can be changed")
    .addOption(
      new Option(
        "-o, --output <format>",
        "a screen, or a look as JSON a line (default: screen)",
      ).choices(["screen", "ndjson"]),
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<TopOptions>();
      const { output = options.json === true ? "ndjson" : "screen" } = options;
      if (output === "screen") await top(stdio, options);
      else await lookAgain(stdio, options);
    });
}

/** A broker besides the one that was named is done without when it doesn't answer so soon. */
const OTHER_TIMEOUT_MS = 2000;

function parseRefreshMs(text: string): number {
  const refreshMs = parseDurationMs(text);
  if (refreshMs >= 100 && refreshMs <= 60_000) return refreshMs;
  throw new ParseError("It must be from 100ms to 1m.");
}

async function lookAgain(stdio: Stdio, options: TopOptions): Promise<void> {
  const stop = takeSignals(stdio.out);
  const look = (client: Client) => printLooks(stdio, client, options.refresh, stop);
  await withClient(options, look, stop);
}

async function top(stdio: Stdio, options: TopOptions): Promise<void> {
  checkTerminal(stdio);
  const [{ connect }, { bunPlatform }] = await Promise.all([
    import("../internal/client/client.ts"),
    import("../internal/platform/bun/platform.ts"),
  ]);
  const platform = bunPlatform();
  const { broker, refresh, theme, timeout = defaultTimeoutMs } = options;
  const address = addressText(broker);
  const connection = { timeoutMs: timeout, clientName: `weir-top/${version}` };
  const brief = { timeoutMs: Math.min(timeout, OTHER_TIMEOUT_MS) };
  // The broker is asked for while the screen is being loaded.
  let first: Promise<Client> | null = connect(platform, broker, connection);
  first.catch(() => {}); // told to the one who takes it
  const takeConnection = (): Promise<Client> => {
    const taken = first ?? connect(platform, broker, connection);
    first = null;
    return taken;
  };
  const { runTop } = await import("../tui/top.tsx");
  const { stdin, stdout } = process;
  const screen = runTop(
    { stdin, stdout, fps: options.fps },
    {
      clock: platform.clock,
      connect: takeConnection,
      connectTo: (host, port) => connect(platform, { host, port }, { ...connection, ...brief }),
      address,
      brokerOption: isDefaultBroker(broker) ? "" : ` -b ${address}`,
      refreshMs: refresh,
      readOnly: options.readOnly === true,
      palette: theme,
      capabilities: { depth: colorDepth(options), ascii: options.ascii === true },
      parsePlace: parseFrom,
      copy: (text) => stdout.write(`\x1b]52;c;${Buffer.from(text).toString("base64")}\x07`),
      save: saveMessages,
      planReset: async (client, target) => planReset(client, target),
    },
  );
  // Whatever is about to be said of a bug is to stand on a terminal that is as it was.
  process.prependListener("uncaughtException", screen.close);
  process.prependListener("unhandledRejection", screen.close);
  await screen.ended;
}

/** How many colours the terminal says that it has. */
function colorDepth({ color }: TopOptions): ColorDepth {
  const { NO_COLOR = "", COLORTERM = "", TERM = "" } = process.env;
  if (!color || NO_COLOR !== "") return 0;
  if (COLORTERM === "truecolor" || COLORTERM === "24bit") return 16_777_216;
  return /256|direct|kitty|alacritty|ghostty/.test(TERM) ? 256 : 16;
}
