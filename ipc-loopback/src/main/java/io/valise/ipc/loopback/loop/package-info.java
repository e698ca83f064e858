/**
 * Netty's part: one event loop thread per process accepts, connects, authenticates, watches idle links and says
 * farewell. Frames do not pass through it.
 */
@NullMarked
package io.valise.ipc.loopback.loop;

import org.jspecify.annotations.NullMarked;
