/**
 * What transports share at run time: the user's private directories and files, domain sockets in it, and one thread that waits for
 * many channels. Nothing here knows of frames.
 */
@NullMarked
package io.valise.ipc.spi.runtime;

import org.jspecify.annotations.NullMarked;
