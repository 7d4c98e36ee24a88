import type { Connection } from "../../platform/network.ts";
import { type ManualClock, manualClock } from "../../platform/testing/manual-clock.ts";
import { type MemoryNetworkOptions, memoryNetwork } from "../../platform/testing/memory-network.ts";
import { type FakeBroker, fakeBroker } from "../fake-broker.testing.ts";
import { httpDoor } from "./door.ts";

/** A client of the HTTP door, which writes bytes and sees bytes. */
export interface Caller {
  readonly clock: ManualClock;
  readonly broker: FakeBroker;
  readonly connection: Connection;
  /** The door's end. */
  readonly served: Connection;
  /** What came since the last look. */
  heard(): string;
  readonly closed: boolean;
  say(...pieces: readonly (string | Uint8Array)[]): Promise<void>;
  /** Says something, and waits for what comes. */
  ask(...pieces: readonly (string | Uint8Array)[]): Promise<string>;
}

/** Lets the event loop go round some times. */
export async function turns(count = 50): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** What a test of the door has of its own. */
export interface CallerOptions {
  readonly network?: Partial<MemoryNetworkOptions>;
  readonly broker?: FakeBroker;
  readonly logged?: string[];
}

/** Connects to an HTTP door of a broker with the topic `orders` of two partitions. */
export async function caller(options: CallerOptions = {}): Promise<Caller> {
  const clock = manualClock();
  const broker = options.broker ?? fakeBroker({ orders: 2 });
  const network = memoryNetwork(clock, options.network);
  const note = (event: string): void => void options.logged?.push(event);
  const door = httpDoor({ broker, clock, log: { info: note, warn: note, error: note } });
  let served: Connection | null = null;
  const { address } = await network.listen({ host: "broker", port: 0 }, (connection) => {
    served = connection;
    return door(connection);
  });
  const decoder = new TextDecoder();
  let heard = "";
  let closed = false;
  const connection = await network.connect(address, 1000, () => ({
    receive: (chunk, from, to) => {
      heard += decoder.decode(chunk.subarray(from, to), { stream: true });
    },
    partial: null,
    filled() {},
    drained() {},
    closed: () => {
      closed = true;
    },
  }));
  const say: Caller["say"] = async (...pieces) => {
    for (const piece of pieces) {
      connection.send(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
      await turns(1);
    }
    await turns();
  };
  const look = () => {
    const text = heard;
    heard = "";
    return text;
  };
  return {
    ...{ clock, broker, connection, say },
    get served(): Connection {
      if (served === null) throw new Error("nobody has connected");
      return served;
    },
    get closed() {
      return closed;
    },
    heard: look,
    ask: async (...pieces) => {
      await say(...pieces);
      return look();
    },
  };
}
