/** The transport {@code shm:}. */
@NullMarked
package io.valise.ipc.sharedmem;

import org.jspecify.annotations.NullMarked;
