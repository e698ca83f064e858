/** The calls of Win32 that {@code pipe:} makes, behind one interface, and that interface over JNA. */
@NullMarked
package io.valise.ipc.pipes.windows.kernel;

import org.jspecify.annotations.NullMarked;
