/**
 * Stands between a real client and a broker while a command runs, and keeps what they say:
 *
 *   bun interop/golden/capture.ts CLIENT PORT BROKER_PORT COMMAND...
 *
 * The broker has to advertise 127.0.0.1:PORT. For each API and version, the first few exchanges
 * that aren't long are added to testdata/kafka/captured/CLIENT.jsonl, unless they are there.
 */
import { existsSync, readFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import path from "node:path";
import { apiName } from "../../internal/doors/kafka/protocol/api-keys.ts";
import { FrameAssembler } from "../../internal/platform/frames.ts";

const EXCHANGES = 2;
const MAX_FRAME_BYTES = 3000;

/** A request and its answer, both without their sizes. */
interface Exchange {
  readonly api: string;
  readonly version: number;
  readonly request: string;
  readonly answer: string;
}

const [client = "", port = "", brokerPort = "", ...command] = process.argv.slice(2);
const file = path.resolve(import.meta.dir, `../../testdata/kafka/captured/${client}.jsonl`);
const kept: Exchange[] = existsSync(file)
  ? readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
  : [];

const server = createServer((socket) => stand(socket)).listen(Number(port), "127.0.0.1");

/** Passes bytes on, both ways, and looks at the frames that they make. */
function stand(near: Socket): void {
  const far = connect(Number(brokerPort), "127.0.0.1");
  const asked = new Map<number, Buffer>();
  tap(near, far, (frame) => asked.set(frame.readInt32BE(4), frame));
  tap(far, near, (frame) => {
    const request = asked.get(frame.readInt32BE(0));
    asked.delete(frame.readInt32BE(0));
    if (request !== undefined) keep(request, frame);
  });
}

function tap(from: Socket, to: Socket, take: (frame: Buffer) => void): void {
  const frames = new FrameAssembler(2 ** 30, (buffer, begin, end) =>
    take(Buffer.from(buffer.slice(begin, end))),
  );
  from.on("data", (chunk) => {
    const bytes = Buffer.from(chunk);
    frames.receive(bytes, 0, bytes.length);
    to.write(bytes);
  });
  from.on("error", () => to.destroy());
  from.on("close", () => to.destroy());
}

function keep(request: Buffer, answer: Buffer): void {
  if (request.length + answer.length > MAX_FRAME_BYTES) return;
  const api = apiName(request.readInt16BE(0));
  const version = request.readInt16BE(2);
  const known = kept.filter((exchange) => exchange.api === api && exchange.version === version);
  if (known.length >= EXCHANGES) return;
  kept.push({ api, version, request: request.toString("hex"), answer: answer.toString("hex") });
}

const child = Bun.spawn({ cmd: command, stdin: "inherit", stdout: "ignore", stderr: "inherit" });
const exitCode = await child.exited;
server.close();
kept.sort((a, b) => (a.api < b.api ? -1 : a.api > b.api ? 1 : a.version - b.version));
await Bun.write(file, kept.map((exchange) => `${JSON.stringify(exchange)}\n`).join(""));
console.log(`${client}: ${kept.length} exchanges; ${command[0]} ended with ${exitCode}`);
process.exit(0);
