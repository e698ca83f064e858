/** Where what lies in a segment: offsets, sizes and checks, nothing that runs. */
@NullMarked
package io.valise.ipc.sharedmem.layout;

import org.jspecify.annotations.NullMarked;
