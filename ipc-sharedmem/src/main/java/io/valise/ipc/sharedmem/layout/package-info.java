/** Memory layouts: offsets, sizes and checks. */
@NullMarked
package io.valise.ipc.sharedmem.layout;

import org.jspecify.annotations.NullMarked;
