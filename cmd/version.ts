/** Put in the place of its name by the build. */
declare const WEIR_VERSION: string;

/** The release, with the commit where the build knew it: `0.1.0+4f2c9a1`. */
export const version = typeof WEIR_VERSION === "string" ? WEIR_VERSION : "0.0.0+source";
