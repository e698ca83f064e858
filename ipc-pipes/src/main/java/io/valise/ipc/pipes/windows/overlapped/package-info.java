/** A connected named pipe as a stream of bytes, by overlapped I/O with one event per direction. */
@NullMarked
package io.valise.ipc.pipes.windows.overlapped;

import org.jspecify.annotations.NullMarked;
