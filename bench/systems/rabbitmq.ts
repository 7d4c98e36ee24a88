import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { missingJars, rabbitMqJars } from "./jars.ts";
import { freePorts, startService, untilAccepted } from "./service.ts";
import type { Signal, System } from "./system.ts";

const home = path.resolve(import.meta.dir, "../../dist/bench/rabbitmq/server");

/** One node, whose queues are of a type that their client asks for. */
export function rabbitMq(queueType: "classic" | "quorum", ack: string): System {
  return {
    name: `RabbitMQ, ${queueType}`,
    protocol: `rabbitmq-${queueType}`,
    ack,
    warmUpSeconds: 3,
    missing: () =>
      existsSync(home) && Bun.which("erl") !== null
        ? missingJars(rabbitMqJars)
        : "there is no RabbitMQ: npm run bench:install, which needs Debian's packages",
    version: () => {
      const plugins = readdirSync(path.join(home, "plugins"));
      return plugins.find((name) => /^rabbit-\d/.test(name))?.slice("rabbit-".length) ?? "unknown";
    },
    start: async (directory) => {
      mkdirSync(directory, { recursive: true });
      const [port = 0, distributionPort = 0, epmdPort = 0] = freePorts(3);
      const config = path.join(directory, "rabbitmq.conf");
      writeFileSync(config, `listeners.tcp.default = 127.0.0.1:${port}\n`);
      const plugins = path.join(directory, "plugins");
      writeFileSync(plugins, "[].\n");
      const epmd = await startEpmd(epmdPort);
      const serving = startService({
        cmd: [path.join(home, "sbin", "rabbitmq-server")],
        env: {
          ...{ HOME: directory, HOSTNAME: "localhost", ERL_EPMD_PORT: String(epmdPort) },
          // Then its script becomes the node's process, with no shell between.
          RUNNING_UNDER_SYSTEMD: "true",
          RABBITMQ_CONF_ENV_FILE: "/dev/null",
          RABBITMQ_NODENAME: "bench@localhost",
          RABBITMQ_DIST_PORT: String(distributionPort),
          RABBITMQ_CONFIG_FILE: config,
          RABBITMQ_ENABLED_PLUGINS_FILE: plugins,
          RABBITMQ_MNESIA_BASE: path.join(directory, "data"),
          RABBITMQ_LOG_BASE: path.join(directory, "logs"),
          RABBITMQ_PID_FILE: path.join(directory, "pid"),
        },
        logFile: path.join(directory, "rabbitmq.log"),
        ready: /completed with/,
      });
      const endEpmd = async () => {
        epmd.kill();
        await epmd.exited;
      };
      const service = await serving.catch(async (error) => {
        await endEpmd();
        throw error;
      });
      const address = `127.0.0.1:${port}`;
      return {
        address,
        bootstrap: address,
        pids: [service.pid],
        end: async (signal: Signal = "SIGTERM") => {
          await service.end(signal);
          await endEpmd();
        },
      };
    },
  };
}

/** The names of Erlang's nodes, for this one: without it the node would leave one behind. */
async function startEpmd(port: number) {
  const cmd = ["epmd", "-address", "127.0.0.1", "-port", String(port)];
  const epmd = Bun.spawn({ cmd, stdin: "ignore", stdout: "ignore", stderr: "ignore" });
  await untilAccepted(port);
  return epmd;
}
