/** Sleeping for want of frames or space, and being woken: by a futex, or by a byte on the control channel. */
@NullMarked
package io.valise.ipc.sharedmem.doorbell;

import org.jspecify.annotations.NullMarked;
