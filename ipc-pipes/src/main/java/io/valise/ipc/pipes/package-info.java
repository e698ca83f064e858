/** The transport {@code pipe:}, which reaches a server through the pipes of the operating system. */
@NullMarked
package io.valise.ipc.pipes;

import org.jspecify.annotations.NullMarked;
