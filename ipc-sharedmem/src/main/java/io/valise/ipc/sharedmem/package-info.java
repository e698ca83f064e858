/** The transport {@code shm:}: frames through rings in shared memory, a Unix domain socket for everything rare. */
@NullMarked
package io.valise.ipc.sharedmem;

import org.jspecify.annotations.NullMarked;
