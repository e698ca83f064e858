/** Sleeping until there are frames or space, and waking: by a futex, or by a byte on the control channel. */
@NullMarked
package io.valise.ipc.sharedmem.doorbell;

import org.jspecify.annotations.NullMarked;
