/** Connections over the standard streams of a child process, or of this one; anonymous pipes, mostly. */
@NullMarked
package io.valise.ipc.pipes.child;

import org.jspecify.annotations.NullMarked;
