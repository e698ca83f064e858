/** The bootstrap of the library in a process: which transports are there, whether they fit, that nobody cleans up. */
@NullMarked
package io.valise.ipc.services.runtime;

import org.jspecify.annotations.NullMarked;
