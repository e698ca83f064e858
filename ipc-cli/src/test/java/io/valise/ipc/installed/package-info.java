/** Programs that have {@code ipc-api} alone, and the installed run-time part that they load. */
@NullMarked
package io.valise.ipc.installed;

import org.jspecify.annotations.NullMarked;
