import { cleanText } from "../text/line.ts";
import type { App } from "./app.ts";
import type { MessagesFrom } from "./screen.ts";

/** What no shell understands as anything else, and no command as an option. */
const PLAIN_WORD = /^\w[\w./:@%+=,-]*$/;

/** The command line that prints what the screen shows. */
export function twinOf(app: App): string {
  const { screen } = app;
  const { brokerOption } = app.options;
  const weir = (rest: string, last = ""): string => `weir ${rest}${brokerOption}${last}`;
  switch (screen.view) {
    case "overview":
    case "brokers":
      return weir("status");
    case "topics":
      return weir("topic ls");
    case "partitions":
      return weir(`topic describe ${screen.topic}`);
    case "messages": {
      const only = screen.partition === null ? "" : ` -p ${screen.partition}`;
      return weir(`consume ${screen.topic}${only} ${fromOption(screen.from)}`);
    }
    case "message": {
      const { topic, partition, offset } = screen.record;
      const range = `--from ${offset} --until ${offset + 1}`;
      return weir(`consume ${topic} -p ${partition} ${range} -o ndjson`);
    }
    case "configs":
      return weir(screen.topic === null ? "config show" : `topic config ${screen.topic}`);
    case "groups":
      return weir("group ls");
    case "lag":
      return PLAIN_WORD.test(screen.groupId)
        ? weir(`group describe ${screen.groupId}`)
        : weir("group describe", ` -- ${quoted(screen.groupId)}`);
    case "events":
      return weir("events");
  }
}

/** A word as a shell takes it: what groups are called is up to clients. */
function quoted(text: string): string {
  return `'${cleanText(text).replaceAll("'", "'\\''")}'`;
}

function fromOption(from: MessagesFrom): string {
  switch (from.kind) {
    case "tail":
      return "-f --from -20";
    case "start":
      return "--from start";
    case "end":
      return "-f --from end";
    case "offset":
      return `--from ${from.offset}`;
    case "last":
      return `--from -${from.count}`;
    case "time":
      return `--from @${new Date(from.timestampMs).toISOString()}`;
  }
}
