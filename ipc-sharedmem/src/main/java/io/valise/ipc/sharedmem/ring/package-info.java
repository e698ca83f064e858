/** The single-producer single-consumer ring of frames, without doorbell or process boundary. */
@NullMarked
package io.valise.ipc.sharedmem.ring;

import org.jspecify.annotations.NullMarked;
