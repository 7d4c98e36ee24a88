import { afterEach, expect, test } from "bun:test";
import { Gateway } from "./gateway.ts";

interface Server {
  readonly port: number | undefined;
  stop(isNow: boolean): unknown;
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop(true);
});

/** A member that tells what it is asked, and how it answers; by default never. */
function member(answer?: () => Response): { readonly url: string; readonly asked: string[] } {
  const asked: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      asked.push(new URL(request.url).pathname);
      return answer?.() ?? new Promise<Response>(() => {});
    },
  });
  servers.push(server);
  return { url: `http://127.0.0.1:${server.port}`, asked };
}

const well = () => Response.json({ header: { revision: "3" } });

test("calls that time out together pass a dead member over once", async () => {
  const [dead, alive] = [member(), member(well)];
  const gateway = new Gateway({ urls: [dead.url, alive.url] });
  const calls = ["/a", "/b", "/c"].map((path, at) => gateway.call(path, {}, 100 + 50 * at));
  await Promise.all(calls);
  await gateway.call("/later", {});
  expect(dead.asked).toEqual(["/a", "/b", "/c"]);
  expect(alive.asked.toSorted()).toEqual(["/a", "/b", "/c", "/later"]);
});

test("one that refuses is tried once more, then the next", async () => {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: well });
  const url = `http://127.0.0.1:${server.port}`;
  await server.stop(true);
  const alive = member(well);
  const gateway = new Gateway({ urls: [url, alive.url] });
  expect(await gateway.call("/a", {})).toMatchObject({ header: { revision: "3" } });
  expect(alive.asked).toEqual(["/a"]);
});

test("where nobody answers, that is told, and every one was asked", async () => {
  const [one, two] = [member(), member()];
  const gateway = new Gateway({ urls: [one.url, two.url] });
  expect(gateway.call("/a", {}, 30)).rejects.toMatchObject({ code: "unavailable" });
  await gateway.call("/a", {}, 30).catch(() => {});
  expect(one.asked.length).toBeGreaterThan(0);
  expect(two.asked.length).toBeGreaterThan(0);
});
