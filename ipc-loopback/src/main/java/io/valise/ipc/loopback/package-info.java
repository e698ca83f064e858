/** The transport {@code loopback:}. */
@NullMarked
package io.valise.ipc.loopback;

import org.jspecify.annotations.NullMarked;
