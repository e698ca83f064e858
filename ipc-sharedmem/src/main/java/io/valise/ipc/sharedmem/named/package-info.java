/** Named objects: who has a slot of one, what waiters sleep on, and how one is found by its name. */
@NullMarked
package io.valise.ipc.sharedmem.named;

import org.jspecify.annotations.NullMarked;
