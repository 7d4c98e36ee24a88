/**
 * What fields of authorized operations hold when the client did not ask for them; otherwise they
 * have a bit for each operation that the client may perform (KIP-430).
 */
export const NOT_ASKED_FOR = -0x8000_0000;
