package io.valise.ipc.pipes.unix;

import static io.valise.ipc.pipes.unix.PipeHome.FOREVER;
import static io.valise.ipc.pipes.unix.PipeHome.receive;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Link;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(OS.WINDOWS)
class HostilePeerTest {
    private PipeHome home;
    private SocketChannel attacker;
    private Link victim;

    @BeforeEach
    void connect() throws Exception {
        home = new PipeHome();
        attacker = home.connectRaw();
        victim = home.accept();
    }

    @AfterEach
    void close() throws Exception {
        home.close();
    }

    private void write(byte... bytes) throws IOException {
        assertThat(attacker.write(ByteBuffer.wrap(bytes))).isEqualTo(bytes.length);
    }

    private void assertViolation(String actual) {
        assertFails(IpcStatus.PROTOCOL_ERROR, "limit=1..65536, actual=" + actual);
    }

    private void assertFails(IpcStatus status, String words) {
        assertThatThrownBy(() -> receive(victim))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(status))
                .hasMessageContaining(words);
    }

    @Test
    void aFrameThatComesByteByByteComesWhole() throws Exception {
        byte[] wire = {0, 0, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0, 1, 6};
        for (int i = 0; i < wire.length; i++) {
            write(wire[i]);
            if (i != 8 && i != 13) {
                victim.await(FOREVER);
                assertThat(victim.poll(frame -> true, 1)).isZero();
            } else {
                assertThat(receive(victim)).hasSize(i == 8 ? 5 : 1).endsWith(wire[i]);
            }
        }
    }

    @Test
    void httpZeroAndOversizeAreViolations() throws Exception {
        write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertViolation("1195725856");
        for (byte[] header : List.of(new byte[] {0, 0, 0, 0}, new byte[] {0, 1, 0, 1}, new byte[] {-1, -1, -1, -1})) {
            attacker = home.connectRaw();
            victim = home.accept();
            write(header);
            assertViolation(Integer.toUnsignedString(ByteBuffer.wrap(header).getInt()));
        }
    }

    @Test
    void anEndInsideAFrameIsADeadPeer() throws Exception {
        write((byte) 0, (byte) 0, (byte) 0, (byte) 9, (byte) 1, (byte) 2);
        attacker.close();
        assertFails(IpcStatus.PEER_DIED, "announced=9 bytes, received=2");
    }

    @Test
    void aProbeThatSaysNothingIsAnEnd() throws Exception {
        attacker.close();
        assertThat(receive(victim)).isNull();
    }

    @Test
    void randomBytesNeverDoWorseThanAViolationAndOthersNeverNotice() throws Exception {
        Random random = new Random(7);
        for (int round = 0; round < 300; round++) {
            byte[] garbage = new byte[1 + random.nextInt(2000)];
            random.nextBytes(garbage);
            if (round % 2 == 0) {
                garbage[0] = 0;
                garbage[Math.min(1, garbage.length - 1)] = 0;
            }
            attacker = home.connectRaw();
            victim = home.accept();
            write(garbage);
            attacker.close();
            assertThat(outcome()).isIn("end", "PROTOCOL_ERROR", "PEER_DIED");
            victim.close();
        }
        Link client = home.connect();
        PipeHome.send(client, new byte[] {1});
        assertThat(receive(home.accept())).containsExactly(1);
    }

    private String outcome() {
        try {
            while (receive(victim) != null) {
                assertThat(victim.peer().sameUser()).isTrue();
            }
            return "end";
        } catch (IpcException e) {
            return e.status().name();
        }
    }

    @Test
    void aKilledPeerIsNoticedByThreadsThatWait() throws Exception {
        for (String mode : List.of("quiet", "flooding")) {
            try (ForkedJvm peer = ForkedJvm.start(Doomed.class, mode)) {
                victim = home.accept();
                assertThat(receive(victim)).containsExactly(42);
                peer.kill();
                assertThat(outcome()).isIn("end", "PEER_DIED");
            }
        }
    }

    /** A client that lives until it is killed. */
    static final class Doomed {
        public static void main(String[] arguments) {
            Link link = new io.valise.ipc.pipes.PipeTransport().connect(PipeHome.ENDPOINT, FOREVER);
            PipeHome.send(link, new byte[] {42});
            while (true) {
                if (arguments[0].equals("flooding")) {
                    PipeHome.send(link, new byte[50_000]);
                } else {
                    link.await(FOREVER);
                }
            }
        }
    }
}
