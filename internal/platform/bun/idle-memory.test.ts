import { expect, test } from "bun:test";
import { codeOf, releaseStartupCode } from "./idle-memory.ts";

const smaps = `00200000-01a39000 r--p 00000000 fe:00 1 /opt/a weir
Rss:                5412 kB
Anonymous:             0 kB
01a40000-0684a000 r-xp 01838000 fe:00 1 /opt/a weir
Rss:               28788 kB
Anonymous:             0 kB
VmFlags: rd ex mr mw me
0684a000-0685f000 r-xp 06641000 fe:00 1 /opt/a weir
Rss:                  84 kB
Anonymous:            84 kB
7fedde75d000-7fedde8b3000 r-xp 00026000 fe:00 2 /usr/lib/libc.so.6
Anonymous:             0 kB
7fed9e3f2000-7fedde3f2000 rwxp 00000000 00:00 0
Anonymous:           120 kB
`;

test("code is what is mapped to be run and was never written to", () => {
  expect(codeOf("/opt/a weir", smaps)).toEqual([{ from: 0x1a40000, to: 0x684a000 }]);
  expect(codeOf("/opt/a", smaps)).toEqual([]);
  expect(codeOf("/opt/a weir", "")).toEqual([]);
});

test("a process whose code was released goes on", () => {
  releaseStartupCode();
  expect([3, 1, 2].sort()).toEqual([1, 2, 3]);
});
