import { expect, test } from "bun:test";
import { Gateway } from "./gateway.ts";
import { encoded } from "./messages.ts";
import { watch } from "./watch.ts";

/** One that answers a watch with these lines, and then with nothing more, or an end. */
function gateway(lines: readonly string[], isOver: boolean): Gateway {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const line of lines) controller.enqueue(new TextEncoder().encode(`${line}\n`));
      if (isOver) controller.close();
    },
  });
  const open = async () => new Response(body);
  return Object.assign(new Gateway({ urls: ["http://none"] }), { open });
}

const kv = { key: encoded("a"), value: encoded("one"), mod_revision: "7" };
const put = JSON.stringify({ result: { header: { revision: "7" }, events: [{ kv }] } });

test("what the one who is told throws isn't an end of the watch, but a bug", async () => {
  const script = `
    import { watch } from "./watch.ts";
    const body = new Blob([${JSON.stringify(`${put}\n`)}]).stream();
    watch({ open: async () => new Response(body) }, "a", 1, {
      changed() { throw new Error("a bug of who is told") },
      ended({ message }) { console.log("ended", message) },
    });
    setTimeout(() => {}, 500);
  `;
  const command = [process.execPath, "-e", script];
  const child = Bun.spawn(command, { cwd: import.meta.dir, stdout: "pipe", stderr: "pipe" });
  expect(await new Response(child.stdout).text()).toBe("");
  expect(await new Response(child.stderr).text()).toContain("a bug of who is told");
  expect(await child.exited).not.toBe(0);
});

const NOT_ETCDS = "etcd's answer isn't what its gateway says";
const ends: readonly (readonly [line: string, message: string])[] = [
  ["", "etcd has ended a watch"],
  ["<html>", 'what answers isn\'t etcd, it says "<html>"'],
  ['{"result":7}', NOT_ETCDS],
  ['{"result":{"events":[{"kv":7}]}}', NOT_ETCDS],
  ['{"result":{"canceled":true}}', "etcd has cancelled a watch"],
];
for (const [line, message] of ends) {
  test(`a watch ends that tells '${line}'`, async () => {
    const ended = Promise.withResolvers<string>();
    watch(gateway([put, line], true), "a", 1, {
      changed() {},
      ended: (why) => ended.resolve(why.message),
    });
    expect(await ended.promise).toContain(message);
  });
}

test("a value that is no base64 ends a watch", async () => {
  const ended = Promise.withResolvers<string>();
  const line = '{"result":{"events":[{"kv":{"key":"%"}}]}}';
  watch(gateway([line], true), "a", 1, { changed() {}, ended: (why) => ended.resolve(why.code) });
  expect(await ended.promise).toBe("unavailable");
});
