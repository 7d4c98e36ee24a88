import { type Message, message } from "./message.ts";
import { Reader } from "./reader.ts";
import { array, bytes, type Decoded, type Encodable, type Fields, int32, string } from "./table.ts";
import { Writer } from "./writer.ts";

/*
 * What consumers of classic groups say to each other through JoinGroup and SyncGroup: a version
 * (int16), then the message. A version only adds fields behind those of the one before, so that
 * a newer one can be read as the newest that is known.
 */

const OLDEST = 0;
const NEWEST = 3;
const SLAB_BYTES = 256;

/** What a member wants to read: the metadata of its protocols in JoinGroup. */
export const subscription = message({
  name: "ConsumerProtocolSubscription",
  versions: "0-3",
  flexible: "none",
  fields: {
    topics: array("0+").of(string),
    userData: bytes("0+", { nullable: "0+", default: null }),
    // What the member holds now, for assignors that move little.
    ownedPartitions: array("1+", { ignorable: true }).of({
      topic: string("1+"),
      partitions: array("1+").of(int32),
    }),
    // The generation in which it got that: a member that was away has an old one.
    generationId: int32("2+", { default: -1, ignorable: true }),
    rackId: string("3+", { nullable: "3+", default: null, ignorable: true }),
  },
});

/** What a member shall read: its assignment in SyncGroup. */
export const assignment = message({
  name: "ConsumerProtocolAssignment",
  versions: "0-3",
  flexible: "none",
  fields: {
    assignedPartitions: array("0+").of({
      topic: string("0+"),
      partitions: array("0+").of(int32),
    }),
    userData: bytes("0+", { nullable: "0+", default: null }),
  },
});

/** Reads a subscription or an assignment, version included. Throws MalformedMessage. */
export function decodeEmbedded<F extends Fields>(of: Message<F>, content: Uint8Array): Decoded<F> {
  const reader = new Reader(content);
  const version = reader.int16();
  if (version < OLDEST) throw reader.malformed(`${of.name} has no version ${version}`);
  return of.decode(reader, Math.min(version, NEWEST));
}

/** Writes a subscription or an assignment, version included. */
export function encodeEmbedded<F extends Fields>(
  of: Message<F>,
  version: number,
  value: Encodable<F>,
): Uint8Array {
  const writer = new Writer(SLAB_BYTES);
  writer.int16(version);
  of.encode(writer, version, value);
  return Buffer.concat(writer.take());
}
