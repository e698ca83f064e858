/** One connection to a NATS broker, and what its failures mean. All that knows the client library jnats is here. */
@NullMarked
package io.valise.ipc.nats.broker;

import org.jspecify.annotations.NullMarked;
