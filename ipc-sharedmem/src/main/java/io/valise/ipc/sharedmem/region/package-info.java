/** Files of regions: who holds them, who writes them, and when what was read was whole. */
@NullMarked
package io.valise.ipc.sharedmem.region;

import org.jspecify.annotations.NullMarked;
