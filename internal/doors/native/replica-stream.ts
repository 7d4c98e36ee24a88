import type { Broker } from "../../broker/api.ts";
import type { LeaderOutlet, LeaderSession } from "../../replication/messages.ts";
import type { OpenStream, StreamOutlet } from "./open-stream.ts";
import { ProtocolError } from "./protocol/refusal.ts";
import * as messages from "./protocol/replicate-messages.ts";
import { FieldError } from "./protocol/shapes.ts";

/** A slave's stream: it carries what its master's session says, and what the slave answers. */
export class ReplicaStream implements OpenStream {
  readonly #broker: Broker;
  readonly #outlet: StreamOutlet;
  readonly #request: messages.ReplicateRequest;
  readonly #over = Promise.withResolvers<void>();
  #session: LeaderSession | null = null;
  #stopped = false;

  constructor(broker: Broker, outlet: StreamOutlet, request: messages.ReplicateRequest) {
    this.#broker = broker;
    this.#outlet = outlet;
    this.#request = request;
    this.#over.promise.catch(() => {}); // it may end before anyone awaits that
  }

  credit(fields: unknown): void {
    const { follow, copied, bytes, beatAtMs } = messages.replicaCredit.fields.read(fields);
    if (copied.length % 2 !== 0) throw new FieldError("copied", "has to have pairs");
    const offsets: [number, number][] = [];
    for (let at = 0; at < copied.length; at += 2) {
      offsets.push([copied[at] ?? 0, copied[at + 1] ?? 0]);
    }
    if (offsets.length > 0 || bytes > 0) this.#session?.copied(offsets, bytes);
    if (beatAtMs !== null) this.#session?.answered(beatAtMs);
    if (follow.length > 0) this.#session?.follow(follow);
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#session?.close();
    this.#over.resolve();
  }

  async run(): Promise<void> {
    const { creditBytes, ...hello } = this.#request;
    const opened = await this.#broker.replication.open(hello, this.#leaderOutlet(), creditBytes);
    if (this.#stopped) {
      opened.session.close();
      return;
    }
    this.#session = opened.session;
    this.#outlet.event(messages.following, opened.hello, []);
    await this.#over.promise;
  }

  #leaderOutlet(): LeaderOutlet {
    const outlet = this.#outlet;
    return {
      placed: (placements) => {
        outlet.event(messages.placed, { logs: placements.map(messages.sentPlacement) }, []);
      },
      batches: (marks, pieces) => outlet.event(messages.copies, marks, pieces),
      marks: (logs) => outlet.event(messages.marks, { logs }, []),
      beat: (beat) => outlet.event(messages.beat, beat, []),
      whenRoom: (work) => void outlet.room().then(work),
      end: (reason) => this.#over.reject(new ProtocolError("not-leader", reason)),
    };
  }
}
