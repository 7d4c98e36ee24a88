import { render } from "ink";
import { App } from "./app/app.ts";
import type { AppOptions } from "./app/options.ts";
import { Root } from "./ui/root.tsx";

/** The terminal that the screen is drawn on. */
export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  /** Frames a second, at the most. */
  readonly fps: number;
}

/** A screen that runs. */
export interface RunningTop {
  /** Resolves when it has ended and the terminal is as it was; rejects with what is a bug. */
  readonly ended: Promise<void>;
  /** Gives the terminal back, whatever state things are in. */
  close(): void;
}

/** Shows the screen until someone quits. */
export function runTop(
  terminal: Terminal,
  options: Omit<AppOptions, "quit" | "failed" | "size">,
): RunningTop {
  const { stdin, stdout, fps } = terminal;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const size = { columns: stdout.columns, rows: stdout.rows };
  const app = new App({ ...options, size, quit: resolve, failed: reject });
  const screen = render(<Root app={app} />, {
    stdin,
    stdout,
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: false,
    maxFps: fps,
  });
  const close = (): void => {
    app.stop();
    screen.unmount();
  };
  app.run().then(resolve, reject);
  screen.waitUntilExit().then(() => resolve(), reject);
  const end = async (): Promise<void> => {
    try {
      await promise;
    } finally {
      close();
      await screen.waitUntilExit().catch(() => {}); // told by `promise`
    }
  };
  return { ended: end(), close };
}
