const PAGE_CACHE =
  "three quarters of the broker's time is the kernel's copy into the page cache (perf), which " +
  "the reference does as well. What it costs is up to the machine below, to which this one gives " +
  "memory back that was free for two seconds: the same load takes 0.7 to 0.8 s right after files " +
  "were deleted, and 1.2 s when they have been gone for three seconds";

const LOOP =
  "a request takes 8.5 us of the loop without a sync, two thirds of it in the kernel " +
  "(one read, one write, its share of a poll); what is left is the runtime's and ours, " +
  "and the reference has less than a microsecond of that. A sync adds 2 us, most of " +
  "them in its thread";

const PAIR =
  "two brokers, the client and the disk share two processors: two brokers that know " +
  "nothing of each other, each under the load at once, get 0.42 to 0.84 each of what " +
  "one alone gets";

/** What holds a goal that is missed, by what the goal is of: as profiles and pairs have shown. */
export const heldBy: Readonly<Record<string, string>> = {
  "produce 1 KiB": PAGE_CACHE,
  "produce 100 B": PAGE_CACHE,
  "1 MB batches": PAGE_CACHE,
  "catch-up consume, 1 KiB":
    "the reference reads into one buffer that it uses again, and checks nothing: 0.20 s " +
    "of processor a GB. Here it is 0.73 s, of them the socket's write 32 %, the read 29 %" +
    " (half of it the first touch of new memory) and the CRC of each batch 9 %",
  "100 connections x 1 record": LOOP,
  "end to end, 2k records/s":
    "of 2000 records a second each has its own request, sync and fetch. 30 collections of" +
    " the runtime's memory in six seconds stop the loop for 1 to 6 ms each, one sync in a" +
    " thousand takes 4 ms on this disk, and the journal's first files are filled while " +
    "they are needed (in pieces of 256 KiB, since 1 MiB cost 2 ms more at p99; smaller " +
    "ones cost throughput)",
  "end to end, 20k records/s": "the same: collections, and syncs that take longer than others",
  "a pair, 1 MB batches": PAIR,
  "a pair, 100 connections": PAIR,
};
