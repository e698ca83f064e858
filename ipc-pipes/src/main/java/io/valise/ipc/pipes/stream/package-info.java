/** Frames over a stream of bytes: a 4-byte big-endian length, then the frame. Knows channels, not sockets. */
@NullMarked
package io.valise.ipc.pipes.stream;

import org.jspecify.annotations.NullMarked;
