/**
 * Programs that this library starts: how they are found, their environment, and their last lines of output. Not
 * exported.
 */
@NullMarked
package io.valise.ipc.services.process;

import org.jspecify.annotations.NullMarked;
