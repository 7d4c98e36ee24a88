/**
 * The byte layout of a Kafka record batch, format v2 ("magic 2").
 *
 * ```
 *   0             8        12       16    17      21      23            27
 *   +-------------+--------+--------+-----+-------+-------+-------------+
 *   | base offset | batch  | leader |magic| crc   | attri-| last offset |
 *   | int64       | length | epoch  | = 2 |       | butes | delta       |
 *   |             | int32  | int32  | int8| uint32| int16 | int32       |
 *   +-------------+--------+--------+-----+-------+-------+-------------+
 *                          ^ the batch length counts from here
 *                                                 ^ the CRC-32C covers from here
 *   27         35         43         51         53         57       61
 *   +----------+----------+----------+----------+----------+--------+---------
 *   | base     | max      | producer | producer | base     | record | records,
 *   | timestamp| timestamp| id       | epoch    | sequence | count  | maybe
 *   | int64 ms | int64 ms | int64    | int16    | int32    | int32  | compressed
 *   +----------+----------+----------+----------+----------+--------+---------
 *                                             both up to the end of the records ^
 * ```
 *
 * All numbers are big-endian. Base offset and leader epoch stand before the CRC's range, so a
 * broker can set them in place without touching the checksum.
 *
 * Source: Kafka protocol guide, "Record Batch"; KIP-98.
 */
export const BASE_OFFSET_AT = 0;
export const BATCH_LENGTH_AT = 8;
export const LEADER_EPOCH_AT = 12;
export const MAGIC_AT = 16;
export const CRC_AT = 17;
export const ATTRIBUTES_AT = 21;
export const LAST_OFFSET_DELTA_AT = 23;
export const BASE_TIMESTAMP_AT = 27;
export const MAX_TIMESTAMP_AT = 35;
export const PRODUCER_ID_AT = 43;
export const PRODUCER_EPOCH_AT = 51;
export const BASE_SEQUENCE_AT = 53;
export const RECORD_COUNT_AT = 57;

/** Size of the batch header; the records, or their compressed bytes, follow it. */
export const HEADER_BYTES = 61;

/** The magic byte of the only batch format that is written and accepted. */
export const MAGIC_V2 = 2;

/**
 * Attribute bits.
 *
 * ```
 *   15 ... 7        6          5        4         3         2 1 0
 *   unused    delete horizon control transact. timestamp   codec
 *             (KIP-534)      (KIP-98)           type (KIP-32)
 * ```
 */
export const CODEC_MASK = 0b111;
export const LOG_APPEND_TIME_BIT = 1 << 3;
export const TRANSACTIONAL_BIT = 1 << 4;
export const CONTROL_BIT = 1 << 5;
export const DELETE_HORIZON_BIT = 1 << 6;

/** Names of the codecs, at the index that the codec bits hold. */
export const CODECS = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

/** How the records of a batch are compressed. */
export type Codec = (typeof CODECS)[number];

/** What "none" looks like in the fields that are optional. */
export const NO_TIMESTAMP = -1;
export const NO_PRODUCER_ID = -1;
export const NO_PRODUCER_EPOCH = -1;
export const NO_SEQUENCE = -1;
export const NO_LEADER_EPOCH = -1;
