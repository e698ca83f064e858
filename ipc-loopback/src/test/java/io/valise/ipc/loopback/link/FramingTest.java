package io.valise.ipc.loopback.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.loopback.connect.RawClient;
import io.valise.ipc.loopback.connect.Serving;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.stream.Framing;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.link.LinkEnd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a link handles bytes that no link sent. */
@ExtendWith(HangWatchdog.class)
class FramingTest {
    private Serving server;
    private RawClient peer;
    private LinkEnd link;

    @BeforeEach
    void connect() throws Exception {
        server = new Serving();
        peer = RawClient.authenticated(server.name());
        link = server.accept();
    }

    @AfterEach
    void close() throws Exception {
        peer.close();
        server.close();
    }

    private IpcException fails() {
        try {
            byte[] frame = link.receiveOrEnd();
            throw new AssertionError(frame == null ? "the end" : "a frame of " + frame.length);
        } catch (IpcException e) {
            return e;
        }
    }

    @Test
    void frameMayComeByteByByte() throws Exception {
        byte[] frame = LinkEnd.frame(1, 300);
        byte[] bytes = ByteBuffer.allocate(304).putInt(300).put(frame).array();
        for (byte one : bytes) {
            assertThat(link.poll(1)).isZero();
            peer.send(one);
        }
        link.expect(frame);
    }

    @Test
    void framesMayComeInPiecesThatEndAnywhere() throws Exception {
        SplittableRandom random = new SplittableRandom(6);
        ByteBuffer stream = ByteBuffer.allocate(400_000);
        for (int i = 0; i < 40; i++) {
            byte[] frame = LinkEnd.frame(i, 1 + random.nextInt(i % 8 == 0 ? 40_000 : 300));
            stream.putInt(frame.length).put(frame);
        }
        stream.flip();
        Thread sender = new Thread(() -> sendInPieces(stream, random));
        sender.start();
        SplittableRandom again = new SplittableRandom(6);
        for (int i = 0; i < 40; i++) {
            link.expect(LinkEnd.frame(i, 1 + again.nextInt(i % 8 == 0 ? 40_000 : 300)));
        }
        sender.join();
    }

    private void sendInPieces(ByteBuffer stream, SplittableRandom random) {
        try {
            while (stream.hasRemaining()) {
                byte[] piece = new byte[Math.min(stream.remaining(), 1 + random.nextInt(9_000))];
                stream.get(piece);
                peer.send(piece);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void longestFrameIsTaken() throws Exception {
        byte[] longest = LinkEnd.frame(1, Framing.MAX_FRAME_BYTES);
        peer.sendFrame(longest);
        link.expect(longest);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, Framing.MAX_FRAME_BYTES + 1, Integer.MAX_VALUE})
    void lengthThatCannotBeIsAViolation(int length) throws Exception {
        peer.sendFrame((byte) 1);
        peer.send(ByteBuffer.allocate(4).putInt(length).array());
        link.expect(new byte[] {1});
        IpcException e = fails();
        assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
        assertThat(e)
                .hasMessageContaining("limit=1..65536")
                .hasMessageContaining("actual=" + Integer.toUnsignedString(length));
        // It stays so, and a thread that waits is told at once.
        link.link().await(LinkEnd.FOREVER);
        assertThat(fails().status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
    }

    @Test
    void endWithinAFrameIsABreak() throws Exception {
        peer.sendFrame((byte) 1);
        peer.send((byte) 0, (byte) 0, (byte) 0, (byte) 9, (byte) 1);
        peer.hangUp();
        link.expect(new byte[] {1});
        IpcException e = fails();
        assertThat(e.status()).isEqualTo(IpcStatus.PEER_DIED);
        assertThat(e).hasMessageContaining("middle of a frame");
        assertThat(fails().status()).isEqualTo(IpcStatus.PEER_DIED);
    }

    @Test
    void resetIsABreak() throws Exception {
        peer.reset();
        IpcException e = fails();
        assertThat(e.status()).isEqualTo(IpcStatus.PEER_DIED);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 1000; i++) {
                        link.send(new byte[100]);
                    }
                })
                .isInstanceOfSatisfying(
                        IpcException.class,
                        broken -> assertThat(broken.status()).isEqualTo(IpcStatus.PEER_DIED));
    }

    @Test
    void theEndReachesAPeerThatWasSpeaking() throws Exception {
        // Unread input must not make the kernel throw away what was sent before the close.
        for (int i = 0; i < 100; i++) {
            peer.sendFrame(LinkEnd.frame(i, 1_000));
        }
        link.link().await(LinkEnd.FOREVER);
        byte[] last = LinkEnd.frame(7, 50_000);
        link.send(last);
        link.link().close();
        assertThat(peer.receive(4 + last.length)).hasSize(4 + last.length).endsWith(last);
        assertThat(peer.receive(1)).isEmpty();
    }

    @Test
    void committedFramesAreOnTheWireAsDocumented() throws Exception {
        link.write(new byte[] {1, 2, 3});
        link.write(new byte[] {4});
        link.flush();
        assertThat(peer.receive(12)).containsExactly(0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 1, 4);
    }

    @Test
    void abortedAndShortenedClaimsLeaveNoTrace() throws Exception {
        Link raw = link.link();
        assertThat(raw.claim(5_000)).isNotNull();
        raw.abort();
        assertThat(raw.claim(30_000)).isNotNull();
        raw.commit(1);
        link.flush();
        assertThat(peer.receive(4)).containsExactly(0, 0, 0, 1);
    }

    @Test
    void misuseIsSaid() {
        Link raw = link.link();
        assertThatThrownBy(() -> raw.claim(0)).hasMessageContaining("actual=0");
        assertThatThrownBy(() -> raw.claim(65_537)).hasMessageContaining("actual=65537");
        assertThatThrownBy(() -> raw.poll(frame -> true, 0)).hasMessageContaining("actual=0");
        assertThat(raw.claim(10)).isNotNull();
        assertThatThrownBy(() -> raw.claim(10)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> raw.commit(11)).hasMessageContaining("actual=11");
        raw.abort();
    }
}
