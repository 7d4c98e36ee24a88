import type { Command } from "commander";
import { usageError } from "./errors.ts";
import { exitCodesHelp } from "./exit-codes.ts";
import { helpOf, helpShape } from "./help/tree.ts";
import { type GlobalOptions, localExits, verb } from "./options.ts";
import { objectLine } from "./output/shape.ts";
import { defaultFormat, formatVerbs } from "./records/format.ts";
import type { Stdio } from "./stdio.ts";

const positionsHelp = `Positions: where 'weir consume' begins (--from) and stops (--until)

  start      the oldest record that is kept
  end        behind the newest record there is now
  OFFSET     that offset; --until OFFSET stops before it
  -N         the last N of each partition (--from only)
  @TIME      the first record with that time or a later one

A time is one of

  now                         -1h, -90s, -1d12h           (so long ago)
  2026-01-31                  2026-01-31T12:00:00Z        (RFC 3339)
  2026-01-31T12:00:00+01:00   1769860800000               (ms since 1970)
`;

const formatHelp = `Formats: what 'weir consume --format' prints of each record

${Object.entries(formatVerbs)
  .map(([verb, meaning]) => `  %${verb}   ${meaning}`)
  .join("\n")}

  \\n \\t \\r \\0 \\\\ \\xHH   a line's end, a tab, ... ,
                         the character with that code (up to \\x7f)

The default is ${defaultFormat}. For anything that text can't tell apart (null from
empty, a line's end in a value) there is '-o ndjson'; see 'weir help records'.
`;

const recordsHelp = `Records as JSON, one a line: what 'weir consume -o ndjson' prints and
'weir produce --input ndjson' reads

  {"topic":"orders","partition":0,"offset":7,
   "timestamp":"2026-01-31T12:00:00.000Z","timestamp_ms":1769860800000,
   "key":"k","value":"/w==","value_encoding":"base64",
   "headers":[{"name":"a","value":"1"},{"name":"a","value":null}]}

A key or value is a string where its bytes are UTF-8; otherwise it is base64,
and "key_encoding" or "value_encoding" says so. null is null, and not "".
Headers keep their order and may repeat.

What is read must have a "value"; key, headers and timestamp_ms may be left out,
and topic, partition, offset and timestamp are passed over. A field with any
other name is an error.
`;

const pages: Readonly<Record<string, () => string>> = {
  "exit-codes": exitCodesHelp,
  positions: () => positionsHelp,
  format: () => formatHelp,
  records: () => recordsHelp,
};

/** `weir help`: of a verb, or one of the pages above. */
export function helpVerb(stdio: Stdio): Command {
  const names = Object.keys(pages);
  const summary = `Show help for a verb, or about ${names.join(", ")}`;
  return verb("help [words...]", summary, {
    examples: [
      "weir help topic create",
      "weir help exit-codes",
      "weir help --json | jq -r '.commands[] | .name, .commands[]?.name'",
    ],
    json: helpShape,
    exits: localExits,
  }).action((words: string[], _: unknown, command: Command) => {
    const page = words.length === 1 ? pages[words[0] ?? ""] : undefined;
    if (page !== undefined) {
      stdio.out.appendText(page());
      return;
    }
    let described = command.parent;
    for (const word of words) {
      described = described?.commands.find((child) => child.name() === word) ?? null;
    }
    if (described === null) {
      const choices = `There are pages about ${names.join(", ")}; for verbs see 'weir --help'.`;
      throw usageError(`no help about '${words.join(" ")}'`, choices);
    }
    const { json } = command.optsWithGlobals<GlobalOptions>();
    if (json === true) stdio.out.appendText(objectLine(helpShape, helpOf(described)));
    else described.outputHelp();
  });
}
