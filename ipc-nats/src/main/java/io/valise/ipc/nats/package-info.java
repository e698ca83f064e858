/** The transport {@code nats:}. */
@NullMarked
package io.valise.ipc.nats;

import org.jspecify.annotations.NullMarked;
