/** How a client's connection comes back after its link ended (docs/adr/0017-a-connection-that-comes-back.md). */
export class ReconnectPolicy {
  constructor({ firstDelay = 10, maxDelay = 1_000, idempotent = [], onUse = false, giveUpAfter = Infinity } = {}) {
    if (!(firstDelay > 0 && maxDelay >= firstDelay)) {
      throw new RangeError(`reconnect: limit=0 < firstDelay <= maxDelay, actual firstDelay=${firstDelay}, maxDelay=${maxDelay}`);
    } else if (!(giveUpAfter > 0)) {
      throw new RangeError(`reconnect: giveUpAfter: limit=more than 0, actual=${giveUpAfter}`);
    }
    this.firstDelay = firstDelay;
    this.maxDelay = maxDelay;
    this.idempotent = new Set(idempotent);
    this.onUse = onUse;
    this.giveUpAfter = giveUpAfter;
    Object.freeze(this);
  }
}
