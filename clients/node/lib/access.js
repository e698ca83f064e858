import { traceOf } from './status.js';

/**
 * Who may call what. A policy is a function of the peer and the name of a service or event; it answers true to allow, and
 * anything else to refuse: a text is the reason, which the peer is not told.
 */
export const allow = Object.freeze({
  /** Applications that have proved to be one of these. */
  applications: (...ids) => (peer) => ids.includes(peer.applicationId) || `its proven application is none of ${ids.join(', ')}`,
  /** Applications with a grant that was accepted and has not expired since. */
  capability: (name) => (peer) => peer.hasCapability(name) || `it has no grant in force for capability ${name}`,
  /** Every peer that can connect: the transports admit this user's processes alone. */
  all: () => () => true,
  none: () => () => 'no caller is allowed',
  /** What every one of the policies allows; the first that refuses gives the reason. */
  every: (...policies) => (peer, name) => {
    const answers = policies.map((policy) => policy(peer, name));
    return answers.find((answer) => answer !== true) ?? true;
  },
  /** What one of the policies allows. */
  some: (...policies) => (peer, name) => policies.some((policy) => policy(peer, name) === true) || 'none of the policies allows it',
});

/** Why a policy refuses a peer; undefined when it allows it. One that fails refuses. */
export function refusalOf(policy, peer, name) {
  try {
    const answer = policy(peer, name);
    return answer === true ? undefined : typeof answer === 'string' ? answer : 'the policy does not allow it';
  } catch (error) {
    return `the policy failed: ${traceOf(error)}`;
  }
}
