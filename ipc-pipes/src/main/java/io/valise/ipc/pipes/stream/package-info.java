/** Streams of bytes whose reading and writing halves are independent of each other. */
@NullMarked
package io.valise.ipc.pipes.stream;

import org.jspecify.annotations.NullMarked;
