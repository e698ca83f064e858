/** A number of any width; undefined for anything else. */
export function numberIn(about, key) {
  return typeof about[key] === 'bigint' || typeof about[key] === 'number' ? Number(about[key]) : undefined;
}

/** What is known of the other end: what it says of itself, and what it has proved. Immutable. */
export class Peer {
  #grants;

  constructor(about = {}, protocolVersion = undefined, { applicationId, grants = new Map() } = {}) {
    /** Declared, as is the next. */
    this.pid = numberIn(about, 'pid');
    this.application = typeof about.application === 'string' ? about.application : undefined;
    this.protocolVersion = protocolVersion;
    /** Proved; undefined when nothing was. */
    this.applicationId = applicationId;
    this.#grants = grants;
    Object.freeze(this);
  }

  /** The capabilities that this end, a server, has accepted of it, and when each expires. */
  get grants() {
    return new Map(this.#grants);
  }

  hasCapability(capability) {
    return this.#grants.get(capability) > new Date();
  }
}
