import type { App } from "./app.ts";
import type { MessagesFrom } from "./screen.ts";

/** The command line that prints what the screen shows. */
export function twinOf(app: App): string {
  const { screen } = app;
  const { brokerOption } = app.options;
  const weir = (rest: string): string => `weir ${rest}${brokerOption}`;
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
      return weir(`group describe ${screen.groupId}`);
    case "events":
      return weir("events");
  }
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
