/** What a log line tells besides its event's name: plain values, units in the names. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Where the broker says what happens to it, as data: cmd renders it, as text on a terminal and as
 * JSON lines otherwise. An event has a stable name (`connection-refused`); all else is in fields.
 */
export interface Log {
  /** What an operator may want to see later. */
  info(event: string, fields: LogFields): void;
  /** What an operator should look at some time. */
  warn(event: string, fields: LogFields): void;
  /** What needs someone now. */
  error(event: string, fields: LogFields): void;
}
