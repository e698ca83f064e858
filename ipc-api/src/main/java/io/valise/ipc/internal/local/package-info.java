/** {@code local:}, the transport between two ends in one process. */
@NullMarked
package io.valise.ipc.internal.local;

import org.jspecify.annotations.NullMarked;
