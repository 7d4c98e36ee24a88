import { BrokerError } from "../../internal/broker/errors.ts";
import { BROKER_SETTINGS } from "../../internal/broker/settings/broker-setting-table.ts";
import { DiskError } from "../../internal/platform/disk.ts";
import { NetworkError } from "../../internal/platform/network.ts";
import { StorageError } from "../../internal/storage/errors.ts";
import { CommandError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { meantInstead } from "../nearest.ts";

/**
 * Why a broker could not start, as its user is told; what is a bug comes back as it is. `settings`
 * are the names of those that it was given.
 */
export function startFailure(error: unknown, settings: Iterable<string> = []): unknown {
  if (error instanceof BrokerError) {
    const known = BROKER_SETTINGS.map(({ name }) => name);
    const advice = meantInstead(settings, known);
    return new CommandError(error.code, error.message, exitCodes.usage, advice, error);
  }
  if (error instanceof StorageError) {
    const advice = error.code === "locked" ? "Stop it, or choose another folder with --data." : "";
    return new CommandError(error.code, error.message, exitCodes.failed, advice, error);
  }
  if (error instanceof DiskError) {
    const advice = "Check the folder, or choose another one with --data.";
    return new CommandError(`disk-${error.code}`, error.message, exitCodes.failed, advice, error);
  }
  return error;
}

/** Why an address could not be had; what is a bug comes back as it is. */
export function listenFailure(address: string, error: unknown): unknown {
  if (!(error instanceof NetworkError)) return error;
  const { code, message } = error;
  const why = code === "in-use" ? `${address} is in use by another program` : message;
  const advice = "Choose another address with --listen.";
  return new CommandError(`address-${code}`, why, exitCodes.failed, advice, error);
}
