/** Streams of bytes whose reading half and writing half know nothing of each other. */
@NullMarked
package io.valise.ipc.pipes.stream;

import org.jspecify.annotations.NullMarked;
