/** How much may wait for all connections of a door that do not read. */
export interface ShareBounds {
  /** The largest share, however few connections there are. */
  readonly maxBytes: number;
  /** All shares together, as long as none is the smallest. */
  readonly totalBytes: number;
  /** The smallest share, however many connections there are. */
  readonly minBytes: number;
}

/**
 * What one connection may leave here unread: an equal share of one bound, since any of them may
 * stop reading.
 */
export class ConnectionShare {
  /** Connections that are open. */
  connections = 0;
  private readonly bounds: ShareBounds;

  constructor(bounds: ShareBounds) {
    this.bounds = bounds;
  }

  /** One connection's share now. */
  get bytes(): number {
    const { maxBytes, totalBytes, minBytes } = this.bounds;
    const share = Math.floor(totalBytes / Math.max(1, this.connections));
    return Math.min(maxBytes, Math.max(minBytes, share));
  }
}
