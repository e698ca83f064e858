/** {@code pipe:} on Unix: domain sockets by the JDK's own channels, with no native code. */
@NullMarked
package io.valise.ipc.pipes.unix;

import org.jspecify.annotations.NullMarked;
