/** Identities, grants and access policies. */
import type { Peer } from '../index.js';

/** A KeyObject of node:crypto. */
export interface PublicKey {
  readonly asymmetricKeyType?: string;
}

/** An application and its publisher, who certifies it with a key of this user. Immutable. */
export class AppIdentity {
  private constructor();
  /** The publisher is `default` unless said otherwise; its key is made on first use. */
  static open(application: string, options?: { publisher?: string }): Promise<AppIdentity>;
  /** Undefined when there is no key of that publisher; creates nothing. */
  static find(application: string, options?: { publisher?: string }): Promise<AppIdentity | undefined>;
  /** Whether sign() made this signature of the data, with the private half of this key. */
  static verify(publicKey: PublicKey, data: Uint8Array, signature: Uint8Array): boolean;
  readonly application: string;
  readonly publisherId: string;
  /** application_publisherId */
  readonly id: string;
  readonly publicKey: PublicKey;
  /** Such a signature proves neither an identity nor a grant. */
  sign(data: Uint8Array): Uint8Array;
  toString(): string;
}

/** Leave to use a capability, signed by the publisher of a service, for one application. It is no secret. Immutable. */
export class CapabilityGrant {
  /** @param text the seven lines of a grant's file */
  constructor(text: string);
  static issue(
    owner: AppIdentity,
    capability: string,
    applicationId: string,
    expires: Date,
    options?: { developmentOnly?: boolean },
  ): CapabilityGrant;
  static read(file: string): Promise<CapabilityGrant>;
  readonly text: string;
  readonly capability: string;
  readonly applicationId: string;
  readonly expires: Date;
  readonly developmentOnly: boolean;
  /** Why a server of that owner ignores it, when that application presents it; undefined when it is good. */
  refusal(owner: PublicKey, presenterId: string, now?: Date): string | undefined;
  toString(): string;
}

/**
 * Who may call what; asked once for each request, stream and event. True allows. Anything else refuses, with
 * ACCESS_DENIED; a text is the reason, which onError is told, and the peer is not. A policy that throws refuses.
 */
export type AccessPolicy = (peer: Peer, name: string) => boolean | string;

export const allow: {
  /** Applications that have proved to be one of these. */
  readonly applications: (...ids: string[]) => AccessPolicy;
  /** Applications with a grant that was accepted and has not expired since. */
  readonly capability: (name: string) => AccessPolicy;
  /** Every peer that can connect: the transports admit this user's processes alone. */
  readonly all: () => AccessPolicy;
  readonly none: () => AccessPolicy;
  readonly every: (...policies: AccessPolicy[]) => AccessPolicy;
  readonly some: (...policies: AccessPolicy[]) => AccessPolicy;
};
