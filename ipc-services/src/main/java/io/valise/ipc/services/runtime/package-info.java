/** The bootstrap of the library in a process: which transports are there, whether they fit, and that no process removes its files. */
@NullMarked
package io.valise.ipc.services.runtime;

import org.jspecify.annotations.NullMarked;
