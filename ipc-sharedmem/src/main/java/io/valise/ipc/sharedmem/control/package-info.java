/** The control channel of a connection, and how each end comes to know that the other is of its user. */
@NullMarked
package io.valise.ipc.sharedmem.control;

import org.jspecify.annotations.NullMarked;
