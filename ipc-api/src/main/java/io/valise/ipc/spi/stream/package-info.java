/**
 * For transports over a stream of bytes, such as sockets and pipes: who has a {@link io.valise.ipc.spi.stream.ByteStream}
 * has a {@link io.valise.ipc.spi.Link} by {@link io.valise.ipc.spi.stream.StreamLink}. In the stream a frame is its length
 * in 4 bytes, big-endian, and then itself.
 */
@NullMarked
package io.valise.ipc.spi.stream;

import org.jspecify.annotations.NullMarked;
