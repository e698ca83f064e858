/** Shared memory: words and bytes of a mapped file, by Chronicle Bytes or by the JDK. */
@NullMarked
package io.valise.ipc.sharedmem.os;

import org.jspecify.annotations.NullMarked;
