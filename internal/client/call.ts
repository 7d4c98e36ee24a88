import type { Operation } from "../doors/native/protocol/operation.ts";
import type { Clock, Timer } from "../platform/clock.ts";
import type { CallOptions } from "./api.ts";
import type { Channel } from "./channel.ts";
import { ClientError } from "./errors.ts";

/** How calls are made on a connection. */
export interface Caller {
  readonly channel: Channel;
  readonly clock: Clock;
  /** How long a call waits that does not say otherwise. */
  readonly timeoutMs: number;
  /** What the broker takes in one frame. */
  readonly maxFrameBytes: number;
}

/** Room for the head of a request, in the bound of a frame. */
const HEAD_ROOM_BYTES = 1024;

/** Makes a request and waits for its answer; rejects with a `ClientError`. */
export function call<Request, Answer>(
  caller: Caller,
  operation: Operation<Request, Answer>,
  request: Request,
  options: CallOptions = {},
  payload: Uint8Array | null = null,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const limits = patience(caller, operation.name, options, (error) => {
    caller.channel.forget(id);
    reject(error);
  });
  const exchange = {
    event() {}, // none of these operations tells anything before its answer
    answer(fields: unknown) {
      const answer = operation.answer.read(fields);
      limits.over();
      resolve(answer);
    },
    fail(error: ClientError) {
      limits.over();
      reject(error);
    },
  };
  const refusal = refusalOf(caller, payload, options);
  let id = 0;
  if (refusal !== null) exchange.fail(refusal);
  else {
    const fields = operation.request.write(request);
    id = caller.channel.begin(operation.name, fields, payload, exchange);
  }
  return promise;
}

/** Why a request should not even be sent. */
function refusalOf(
  caller: Caller,
  payload: Uint8Array | null,
  { signal }: CallOptions,
): ClientError | null {
  if (signal?.aborted) return new ClientError("cancelled", "the call was cancelled");
  const most = caller.maxFrameBytes - HEAD_ROOM_BYTES;
  if (payload === null || payload.length <= most) return null;
  const message = `${payload.length} bytes: the broker takes ${most} at a time`;
  return new ClientError("frame-too-large", message);
}

/** How long someone still waits. */
export interface Patience {
  /** Nobody waits any more: neither the time nor the signal matters now. */
  over(): void;
}

/** Calls `giveUp` when the time is up or the signal is aborted, unless it's over before. */
export function patience(
  { clock, timeoutMs: usualMs }: Pick<Caller, "clock" | "timeoutMs">,
  what: string,
  { timeoutMs = usualMs, signal }: CallOptions,
  giveUp: (error: ClientError) => void,
): Patience {
  let timer: Timer | null = null;
  const over = (): void => {
    timer?.cancel();
    signal?.removeEventListener("abort", cancelled);
  };
  const cancelled = (): void => {
    over();
    giveUp(new ClientError("cancelled", `${what}: cancelled`));
  };
  const late = (): void => {
    over();
    giveUp(new ClientError("timed-out", `${what}: no answer within ${timeoutMs} ms`));
  };
  signal?.addEventListener("abort", cancelled, { once: true });
  if (timeoutMs !== Number.POSITIVE_INFINITY) timer = clock.after(timeoutMs, late);
  return { over };
}
