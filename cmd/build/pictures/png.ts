import { crc32, deflateSync } from "node:zlib";

/** An image, four bytes a pixel: red, green, blue, and how opaque it is. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const MAX_COLOURS = 256;

/**
 * A PNG with at most 256 colours, which is a third of one with all of them: text on a screen has a
 * few colours, and their shades where letters end. Colours that are rare become the nearest other.
 */
export function smallPng({ width, height, pixels }: Image): Uint8Array {
  const colours = Uint32Array.from({ length: width * height }, (_, at) => colourAt(pixels, at));
  const palette = commonColours(colours);
  const indexes = new Map<number, number>(palette.map((colour, index) => [colour, index]));
  const rows = new Uint8Array(height * (width + 1)); // each begins with its filter: 0, none
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = colours[y * width + x] ?? 0;
      const index = indexes.get(colour) ?? nearest(palette, colour);
      indexes.set(colour, index);
      rows[y * (width + 1) + 1 + x] = index;
    }
  }
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8); // bits a pixel
  header.setUint8(9, 3); // which are an index into the palette
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("PLTE", Uint8Array.from(palette.flatMap(channels))),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/** A pixel's colour with sixteen shades of each channel: more, nobody sees in a letter's edge. */
function colourAt(pixels: Uint8Array, at: number): number {
  const shade = (channel: number): number => Math.round((pixels[at * 4 + channel] ?? 0) / 17) * 17;
  return shade(0) * 65_536 + shade(1) * 256 + shade(2);
}

function commonColours(colours: Uint32Array): number[] {
  const counts = new Map<number, number>();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const common = [...counts].sort((a, b) => b[1] - a[1]).slice(0, MAX_COLOURS);
  return common.map(([colour]) => colour);
}

function nearest(palette: readonly number[], colour: number): number {
  const wanted = channels(colour);
  const distances = palette.map((one) =>
    channels(one).reduce((sum, value, index) => sum + (value - (wanted[index] ?? 0)) ** 2, 0),
  );
  return distances.indexOf(Math.min(...distances));
}

function channels(colour: number): number[] {
  return [colour >> 16, (colour >> 8) & 255, colour & 255];
}

/** length, type, data, checksum of type and data (PNG, 5.3) */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const made = Buffer.alloc(typed.length + 8);
  made.writeUInt32BE(data.length, 0);
  made.set(typed, 4);
  made.writeUInt32BE(crc32(typed), typed.length + 4);
  return made;
}
