/** The transport {@code pipe:}. */
@NullMarked
package io.valise.ipc.pipes;

import org.jspecify.annotations.NullMarked;
