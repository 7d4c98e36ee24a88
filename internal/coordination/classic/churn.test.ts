import { expect, test } from "bun:test";
import { seeded } from "../../record/samples.testing.ts";
import { PARTITIONS, TestConsumer, type Witness } from "../consumer.testing.ts";
import { committed, type Fixture, openFixture, settle } from "../fixture.testing.ts";

const STEPS = 600;
const CONSUMERS = 6;

/** Looks for what must never be: two owners in one generation, and offsets that go back. */
class Invariants implements Witness {
  readonly #owners = new Map<string, string>();
  /** By partition: what was acked last, and what was sent since and may be there. */
  readonly #acked = new Map<number, number>();
  readonly #sent = new Map<number, Set<number>>();
  ackedCount = 0;

  assigned(generation: number, owner: string, partitions: Uint8Array): void {
    for (const partition of partitions) {
      const place = `partition ${partition} in generation ${generation}`;
      const other = this.#owners.get(place) ?? owner;
      if (other !== owner) throw new Error(`${place} is owned by ${other} and by ${owner}`);
      this.#owners.set(place, owner);
    }
  }

  committing(partition: number, offset: number): () => void {
    const sent = this.#sent.get(partition) ?? new Set();
    this.#sent.set(partition, sent.add(offset));
    return () => {
      this.ackedCount++;
      this.#acked.set(partition, offset);
      for (const before of sent) if (before <= offset) sent.delete(before);
    };
  }

  async checkOffsets(fixture: Fixture): Promise<void> {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const found = await committed(fixture, partition);
      const acked = this.#acked.get(partition) ?? -1;
      if (found === acked) continue;
      expect([...(this.#sent.get(partition) ?? [])]).toContain(found);
    }
  }
}

/** Members whose assignments the coordinator holds never share a partition. */
function checkAssignments({ coordinator }: Fixture): void {
  const members = coordinator.describeGroup("g")?.members ?? [];
  const partitions = members.flatMap(({ assignment }) => [...assignment]);
  expect(new Set(partitions).size).toBe(partitions.length);
}

async function churn(seed: number): Promise<number> {
  const random = seeded(seed);
  const below = (bound: number) => Math.floor(random() * bound);
  const invariants = new Invariants();
  const consumers = Array.from(
    { length: CONSUMERS },
    (_, i) => new TestConsumer(`consumer-${i}`, i % 3 === 0, invariants),
  );
  let fixture = await openFixture({ initialRebalanceDelayMs: 200 });
  let offset = 0;
  const step = (consumer: TestConsumer) => consumer.step(fixture, () => ++offset);
  for (let i = 0; i < STEPS; i++) {
    const consumer = consumers[below(CONSUMERS)];
    const chance = random();
    if (chance < 0.008) {
      for (const each of consumers) each.disconnect(); // a dead broker answers nobody
      fixture = await fixture.crash(random() < 0.5 ? "kill" : "power-loss");
      await invariants.checkOffsets(fixture);
    } else if (chance < 0.02) consumer?.restart();
    else if (chance < 0.03) consumer?.leave(fixture);
    else if (chance < 0.04) consumer?.disconnect();
    else if (chance < 0.3) fixture.clock.advance(below(2000));
    else if (consumer) step(consumer);
    for (let turn = below(4); turn > 0; turn--) await new Promise((done) => setImmediate(done));
    checkAssignments(fixture);
  }
  // Left in peace, all come to work, and nothing that was acked is lost.
  for (let i = 0; i < 200; i++) {
    for (const each of consumers) step(each);
    fixture.clock.advance(100);
    await settle();
  }
  expect(consumers.map(({ isWorking }) => isWorking)).toEqual(consumers.map(() => true));
  expect(fixture.coordinator.describeGroup("g")?.members).toHaveLength(CONSUMERS);
  await invariants.checkOffsets(await fixture.crash("power-loss"));
  return invariants.ackedCount;
}

const seeds = Array.from({ length: 8 }, (_, i) => i + 1);

test.each(seeds)(
  "whatever happens, a generation is one, and offsets stay (seed %d)",
  async (seed) => {
    expect(await churn(seed)).toBeGreaterThan(100);
  },
);
