/**
 * The bytes of an authenticated TCP connection, of which {@link io.valise.ipc.spi.stream.StreamLink} makes frames. The
 * thread that sends writes and the thread that receives reads, each by itself and without blocking; no other thread is
 * involved. Links that are idle or closing are watched by {@link io.valise.ipc.spi.runtime.ReadinessLoop}, as those of
 * other transports are.
 */
@NullMarked
package io.valise.ipc.loopback.link;

import org.jspecify.annotations.NullMarked;
