import { expect, test } from "bun:test";
import { seeded } from "../../../record/samples.testing.ts";
import { makeTopic, openFixture, type TestClient } from "../fixture.testing.ts";
import { metadata } from "../protocol/messages/03-metadata.ts";
import { mutated, noise, sized } from "./mutations.testing.ts";
import { requestFrames } from "./requests.testing.ts";

const SEEDS = [1, 2, 3, 4];
const REQUESTS = 500;

const ASK_ALL = {
  topics: null,
  allowAutoTopicCreation: false,
  includeClusterAuthorizedOperations: false,
  includeTopicAuthorizedOperations: false,
};

test.each(SEEDS)("no request is answered by a fault of the broker, with seed %d", async (seed) => {
  const draw = seeded(seed);
  const frames = requestFrames();
  const fixture = await openFixture();
  await makeTopic(fixture.broker, "kept");
  try {
    for (let count = 0; count < REQUESTS; count++) {
      const client = fixture.connect();
      client.sendBytes(draw() < 0.1 ? sized(noise(100, draw)) : mutated(frames, draw));
      await settled(client);
      fixture.clock.advance(1000);
      client.receiver.closed(null);
    }
    const faults = fixture.logged.filter((line) => line.startsWith("error "));
    expect(faults).toEqual([]);
    const { topics } = await fixture.connect().call(metadata, 12, ASK_ALL);
    expect(topics.map(({ name }) => name)).toContain("kept");
  } finally {
    await fixture.close();
  }
});

/** Gives the broker the turns of the loop that an answer takes, if there is one. */
async function settled({ ended, answers }: TestClient): Promise<void> {
  for (let turn = 0; turn < 3 && !ended && answers.length === 0; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
