/** A broker that takes no records as another may lead: what the checks say of it. */
import { expect, test } from "bun:test";
import { pairWithTopic, settled } from "../../internal/client/pair.testing.ts";
import { checkBroker, checkDisk } from "./checks.ts";
import { checkReplication } from "./replication.ts";

test("a master that has fenced itself is critical, and its disk is not", async () => {
  const { pair, client } = await pairWithTopic("orders", { "replication.fence.after.ms": "500" });
  const replication = () => pair.one.broker?.replication.status();
  await pair.until(() => replication()?.followers[0]?.inSync === true, "the slave is in sync");
  const options = { broker: { host: "one", port: 9092 }, timeout: 5000 };
  const look = async (check: typeof checkBroker) => {
    const outcome = await settled(pair, check(client, options), "a check");
    if (outcome instanceof Error) throw outcome;
    return { standing: outcome.standing, message: outcome.message };
  };
  expect((await look(checkBroker)).standing).toBe("ok");
  expect((await look(checkReplication)).standing).toBe("ok");

  pair.cut();
  await pair.until(() => replication()?.fenced === true, "it is fenced");
  const why = "broker 1 refuses records: others haven't been heard for so long";
  const critical = { standing: "critical", message: expect.stringContaining(why) };
  expect(await look(checkBroker)).toMatchObject(critical);
  expect(await look(checkReplication)).toMatchObject(critical);
  expect((await look(checkDisk)).message).not.toContain("refused");
  await pair.close();
});
