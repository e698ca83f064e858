package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.spi.Link;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/** An end of a link that knows frames only, as another implementation of the protocol would. Used by one thread. */
final class RawEnd implements AutoCloseable {
    private final Link link;
    private final ArrayDeque<byte[]> received = new ArrayDeque<>();

    RawEnd(Link link) {
        this.link = link;
    }

    /** Sends the bytes of a published vector. */
    void send(String vector) {
        send(FrameVectors.bytes(vector));
    }

    void send(byte[] frame) {
        ByteBuffer space = link.claim(frame.length);
        assertThat(space).isNotNull();
        space.put(frame);
        link.commit(frame.length);
        assertThat(link.flush()).isTrue();
    }

    /** Waits for a frame that is exactly a published vector. */
    void expect(String vector) {
        assertThat(HexFormat.of().formatHex(receive()))
                .as(vector)
                .isEqualTo(HexFormat.of().formatHex(FrameVectors.bytes(vector)));
    }

    /** Waits for the next frame. */
    byte[] receive() {
        while (received.isEmpty()) {
            link.await(TimeUnit.SECONDS.toNanos(1));
            assertThat(link.poll(this::keep, 1)).isNotEqualTo(Link.END);
        }
        return received.remove();
    }

    private boolean keep(ByteBuffer frame) {
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        received.add(bytes);
        return true;
    }

    @Override
    public void close() {
        link.close();
    }
}
