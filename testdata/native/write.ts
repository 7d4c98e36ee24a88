/** Writes down what the native protocol's messages are: `bun testdata/native/write.ts`. */
import { writeFileSync } from "node:fs";
import { messageLines } from "../../internal/doors/native/protocol/messages.testing.ts";

const file = new URL("messages.txt", import.meta.url);
writeFileSync(file, `${messageLines().join("\n")}\n`);
