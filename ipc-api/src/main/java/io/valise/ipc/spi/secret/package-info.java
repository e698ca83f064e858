/**
 * Mutual proof, where no kernel vouches, that both ends of a byte stream know a secret that only their user can read: a
 * state machine from bytes to bytes, without sockets or threads; the secret; and the limit on those who have proved
 * nothing yet. For the transports of this project: exported to them alone.
 */
@NullMarked
package io.valise.ipc.spi.secret;

import org.jspecify.annotations.NullMarked;
