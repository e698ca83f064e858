/**
 * Netty's part: one event loop thread per process accepts and authenticates for all its servers. Clients do not need
 * it, and frames do not pass through it.
 */
@NullMarked
package io.valise.ipc.loopback.loop;

import org.jspecify.annotations.NullMarked;
