/**
 * {@code pipe:} on Windows: named pipes. This package connects the two ends; {@code overlapped} moves the bytes between
 * them, {@code kernel} has the system calls. Nothing here is loaded on another system, but by tests.
 */
@NullMarked
package io.valise.ipc.pipes.windows;

import org.jspecify.annotations.NullMarked;
