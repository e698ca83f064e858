/**
 * The bootstrap of the library in a process: finds the transports or loads an installed run-time part that has them,
 * checks versions, and keeps other processes from removing files that are in use.
 */
@NullMarked
package io.valise.ipc.runtime;

import org.jspecify.annotations.NullMarked;
