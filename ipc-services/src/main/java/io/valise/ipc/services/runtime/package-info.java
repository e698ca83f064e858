/**
 * The bootstrap of the library in a process: finds the transports, checks their versions, and keeps other processes
 * from removing its files.
 */
@NullMarked
package io.valise.ipc.services.runtime;

import org.jspecify.annotations.NullMarked;
