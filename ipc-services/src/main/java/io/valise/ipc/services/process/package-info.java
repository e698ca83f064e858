/** Programs that this library starts: found, given their surroundings, and asked for their last words. Not exported. */
@NullMarked
package io.valise.ipc.services.process;

import org.jspecify.annotations.NullMarked;
