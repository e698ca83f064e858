/** The bootstrap of the library in a process: what is there, whether it fits, and that nobody cleans it away. */
@NullMarked
package io.valise.ipc.services.runtime;

import org.jspecify.annotations.NullMarked;
