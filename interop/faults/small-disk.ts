import { mkdirSync } from "node:fs";
import path from "node:path";
import { output } from "../command.ts";

/** An ext4 file system in a file, mounted. Needs root, mount and mkfs.ext4. */
export interface SmallDisk {
  /** A folder on it that isn't there yet. */
  readonly data: string;
  /**
   * Stops the file system where it stands: nothing that it still had in memory reaches the disk,
   * and every call fails from now on.
   */
  cutPower(): Promise<void>;
  /** Mounts it again, as a machine does that has got its power back. */
  restart(): Promise<void>;
  unmount(): Promise<void>;
}

/**
 * EXT4_IOC_SHUTDOWN, `_IOR('X', 125, __u32)`, with EXT4_GOING_FLAGS_NOLOGFLUSH: what the tests of
 * file systems themselves crash ext4 with.
 */
const CUT_POWER = `
import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack("I", 2))
`;

/** Makes the folder `place`, with a disk of `sizeBytes` on it. */
export async function makeSmallDisk(place: string, sizeBytes: number): Promise<SmallDisk> {
  const image = `${place}.ext4`;
  mkdirSync(place, { recursive: true });
  await output(["truncate", "--size", String(sizeBytes), image]);
  await output(["mkfs.ext4", "-q", image]);
  const mount = () => output(["mount", "-o", "loop", image, place]);
  const unmount = () => output(["umount", place]);
  await mount();
  return {
    data: path.join(place, "data"),
    cutPower: async () => void (await output(["python3", "-c", CUT_POWER, place])),
    restart: async () => {
      await unmount();
      await mount();
    },
    unmount: async () => void (await unmount()),
  };
}
