/**
 * {@code pipe:} on Windows: named pipes. How ends meet; {@code overlapped} has the bytes between them, {@code kernel} the
 * calls of the system. Nothing here is loaded on another system, but by tests.
 */
@NullMarked
package io.valise.ipc.pipes.windows;

import org.jspecify.annotations.NullMarked;
