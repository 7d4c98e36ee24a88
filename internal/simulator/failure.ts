/** A simulation has found something that must never be. */
export class SimulationFailure extends Error {
  override readonly name = "SimulationFailure";
}

/** Throws unless `holds`. */
export function must(holds: boolean, what: () => string): asserts holds {
  if (!holds) throw new SimulationFailure(what());
}
