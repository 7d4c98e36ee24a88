/** What an event is told with. */
export type TraceValue = string | number | boolean;

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * Everything that happens in a simulation, in order, as a sum that two equal runs share; and as
 * lines, for whoever wants to read them.
 */
export class Trace {
  #hash = FNV_OFFSET;
  #count = 0;
  readonly #print: ((line: string) => void) | null;

  /** `print` gets a line for each event. */
  constructor(print: ((line: string) => void) | null = null) {
    this.#print = print;
  }

  /** How many events there were. */
  get count(): number {
    return this.#count;
  }

  /** A sum over all events so far, as eight hexadecimal digits. */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, "0");
  }

  /** Notes an event. */
  add(atMs: number, event: string, ...values: readonly TraceValue[]): void {
    this.#count++;
    this.#mix(Math.round(atMs * 1000));
    this.#mixText(event);
    for (const value of values) {
      if (typeof value === "string") this.#mixText(value);
      else this.#mix(Number(value));
    }
    this.#print?.(`${atMs.toFixed(3).padStart(12)} ${event} ${values.join(" ")}`);
  }

  #mixText(text: string): void {
    for (let i = 0; i < text.length; i++) this.#mix(text.charCodeAt(i));
  }

  #mix(value: number): void {
    this.#hash = Math.imul(this.#hash ^ (value | 0), FNV_PRIME);
    this.#hash ^= this.#hash >>> 15;
  }
}
