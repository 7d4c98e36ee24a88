/** How a figure is shown, and whether more of it is better. */
export interface FigureKind {
  readonly title: string;
  readonly digits: number;
  readonly better: "more" | "less";
}

/** All that can be measured. */
export const figureKinds = {
  mbPerSecond: { title: "MB/s", digits: 0, better: "more" },
  consumedMbPerSecond: { title: "consumed, MB/s", digits: 0, better: "more" },
  recordsPerSecond: { title: "records/s", digits: 0, better: "more" },
  acksPerSecond: { title: "acks/s", digits: 0, better: "more" },
  meanMs: { title: "mean, ms", digits: 2, better: "less" },
  p50Ms: { title: "p50, ms", digits: 2, better: "less" },
  p99Ms: { title: "p99, ms", digits: 2, better: "less" },
  p999Ms: { title: "p99.9, ms", digits: 1, better: "less" },
  startMs: { title: "start to first ack, ms", digits: 0, better: "less" },
  idleMb: { title: "idle RSS, MB", digits: 0, better: "less" },
  idleCpuPercent: { title: "idle CPU, % of a core", digits: 2, better: "less" },
  createSeconds: { title: "created in, s", digits: 2, better: "less" },
  restartMs: { title: "stopped: start to first ack, ms", digits: 0, better: "less" },
  afterKillMs: { title: "kill -9: start to first ack, ms", digits: 0, better: "less" },
  loadedMb: { title: "RSS after it, MB", digits: 0, better: "less" },
  cpuSecondsPerGb: { title: "broker's CPU, s/GB", digits: 2, better: "less" },
  cpuUsPerAck: { title: "broker's CPU, us an ack", digits: 1, better: "less" },
  diskBytesPerRecord: { title: "on disk, B a record", digits: 0, better: "less" },
} as const satisfies Record<string, FigureKind>;

export type Figure = keyof typeof figureKinds;

/** What one run of one measure saw of one system. */
export type Sample = Readonly<Partial<Record<Figure, number>>>;
