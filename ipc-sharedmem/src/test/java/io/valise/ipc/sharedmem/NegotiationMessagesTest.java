package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.sharedmem.layout.SegmentLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class NegotiationMessagesTest {
    @Test
    void helloCrossesInPieces() {
        ByteBuffer hello = NegotiationMessages.hello(77);
        for (int length = 0; length < NegotiationMessages.HELLO_BYTES; length++) {
            assertThat(NegotiationMessages.readHello(hello.duplicate().limit(length)))
                    .isNull();
        }
        assertThat(NegotiationMessages.readHello(hello)).isEqualTo(77);
        assertThat(hello.hasRemaining()).isFalse();
    }

    @Test
    void offerCrossesInPieces() {
        ByteBuffer offer = NegotiationMessages.offer(77, new SegmentLayout(1 << 20), Path.of("/dev/shm/ü"));
        for (int length = 0; length < offer.limit(); length++) {
            assertThat(NegotiationMessages.readOffer(offer.duplicate().limit(length)))
                    .isNull();
        }
        assertThat(NegotiationMessages.readOffer(offer))
                .isEqualTo(new NegotiationMessages.Offer(IpcStatus.OK, 77, 1 << 20, "/dev/shm/ü"));
    }

    @Test
    void refusalCrossesWithItsReason() {
        IpcException full = new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "x".repeat(5000), Delivery.NOT_SENT);
        NegotiationMessages.Offer refused = NegotiationMessages.readOffer(NegotiationMessages.refusal(1, full));
        assertThat(refused).isNotNull();
        assertThat(refused.status()).isEqualTo(IpcStatus.RESOURCE_EXHAUSTED);
        assertThat(refused.text()).hasSize(4096);
    }

    @Test
    void wrongBytesAreToldAtTheFirst() {
        ByteBuffer http = ByteBuffer.wrap("V /".getBytes(StandardCharsets.US_ASCII));
        protocolError(() -> NegotiationMessages.readHello(http.duplicate())).hasMessageContaining("not Valise");
        protocolError(() -> NegotiationMessages.readOffer(http.duplicate()))
                .hasMessageContaining("byte 1: limit=65, actual=32");
    }

    @Test
    void otherVersionIsAVersionMismatch() {
        ByteBuffer hello = NegotiationMessages.hello(77);
        hello.put(9, (byte) 2);
        assertThatThrownBy(() -> NegotiationMessages.readHello(hello))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.VERSION_MISMATCH))
                .hasMessageContaining("limit=1, actual=2");
    }

    @Test
    void longTextIsRefusedBeforeItIsAwaited() {
        ByteBuffer offer = NegotiationMessages.offer(77, new SegmentLayout(1 << 20), Path.of("/x"));
        offer.putShort(23, (short) 4097);
        protocolError(() -> NegotiationMessages.readOffer(offer))
                .hasMessageContaining("limit=0..4096 bytes, actual=4097");
        offer.putShort(23, (short) -1);
        protocolError(() -> NegotiationMessages.readOffer(offer)).hasMessageContaining("actual=-1");
    }

    @Test
    void anyBytesEndInAnAnswer() {
        Random random = new Random(5);
        for (int i = 0; i < 100_000; i++) {
            ByteBuffer bytes =
                    NegotiationMessages.offer(random.nextLong(), new SegmentLayout(1 << 16), Path.of("/abc"));
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                bytes.put(random.nextInt(bytes.limit()), (byte) random.nextInt());
            }
            try {
                NegotiationMessages.readOffer(bytes);
            } catch (IpcException e) {
                assertThat(e.status()).isIn(IpcStatus.PROTOCOL_ERROR, IpcStatus.VERSION_MISMATCH);
            }
        }
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> protocolError(
            ThrowingCallable call) {
        return assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR));
    }
}
