package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.Frames;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A hundred thousand mutated frames. A connection that ends is told the reason; on one that does not, the frames after the mutant are answered; another connection is served all the time.
 */
class FuzzTest {
    private static final long SEED = 20_261_122;
    private static final int TO_SERVERS = 80_000;
    private static final int TO_CLIENTS = 20_000;
    private static final int FRAMES_PER_PROBE = 20;
    private static final long PROBE = 0x7fff_ffff_ffffL;
    private static final ValueSet MESSAGE = ValueSet.builder()
            .put("text", "mutate me")
            .put("number", 12_345_678_901L)
            .put("bytes", new byte[40])
            .put("list", List.of(1, "two", 3.0))
            .put("set", ValueSet.of("deep", ValueSet.of("deeper", new long[] {1, 2, 3})))
            .build();

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final ScriptedTransport transport = new ScriptedTransport();

    private final List<byte[]> valid = List.of(
            RawFrame.hello(1, 1).bytes(),
            RawFrame.welcome(1).bytes(),
            RawFrame.request(2, "echo", MESSAGE).bytes(),
            RawFrame.of(3, 3, 3, RawFrame.i64(1_000_000), RawFrame.name("echo"), MESSAGE.toCbor(), MESSAGE.toCbor())
                    .bytes(),
            RawFrame.response(4, MESSAGE).bytes(),
            RawFrame.error(5, 4, IpcStatus.TIMEOUT, "too late").bytes(),
            RawFrame.event("event", MESSAGE).bytes(),
            RawFrame.streamOpen(6, 3, "items", MESSAGE).bytes(),
            RawFrame.streamItem(6, MESSAGE).bytes(),
            RawFrame.streamEnd(6).bytes(),
            RawFrame.credit(6, 2).bytes(),
            RawFrame.cancel(6).bytes(),
            RawFrame.fragment(1, RawFrame.u32(200), new byte[100]).bytes(),
            RawFrame.fragment(2, new byte[100]).bytes(),
            RawFrame.fragment(
                            3,
                            RawFrame.u32(80),
                            RawFrame.request(7, "echo", MESSAGE).bytes())
                    .bytes());

    private byte[] mutant() {
        byte[] frame = valid.get(random.nextInt(valid.size())).clone();
        for (int changes = random.nextInt(4); changes >= 0 && frame.length > 0; changes--) {
            frame = mutate(frame);
        }
        return frame.length == 0 ? new byte[1] : frame;
    }

    private byte[] mutate(byte[] frame) {
        int at = random.nextInt(frame.length);
        switch (random.nextInt(6)) {
            case 0 -> frame[at] = (byte) random.nextInt(256);
            case 1 -> frame[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> frame[random.nextInt(Math.min(frame.length, 12))] = (byte) random.nextInt(16);
            case 3 -> {
                return Arrays.copyOf(frame, at);
            }
            case 4 -> {
                return RawFrame.join(frame, valid.get(random.nextInt(valid.size())));
            }
            default -> {
                byte[] tail = Arrays.copyOfRange(frame, at, frame.length);
                return RawFrame.join(Arrays.copyOf(frame, at), new byte[random.nextInt(9)], tail);
            }
        }
        return frame;
    }

    private IpcServer server() {
        return IpcServer.builder("scripted:fuzz")
                .transport(transport)
                .maxMessageBytes(8 << 10)
                .service("echo", request -> request.message())
                .stream("items", request -> new SubmissionPublisher<>(Runnable::run, 8))
                .onEvent("event", event -> event.message().size())
                .start();
    }

    @Test
    void mutatedFramesToAServer() throws InterruptedException {
        try (IpcServer server = server()) {
            ScriptedPeer other = transport.dial().greet();
            ScriptedPeer peer = null;
            int ended = 0;
            for (int sent = 0; sent < TO_SERVERS; sent += FRAMES_PER_PROBE) {
                if (peer == null) {
                    peer = transport.dial();
                    peer = random.nextInt(20) == 0 ? peer : peer.greet();
                }
                for (int i = 0; i < FRAMES_PER_PROBE; i++) {
                    peer.sendBytes(mutant());
                }
                if (!survives(peer)) {
                    peer = null;
                    ended++;
                }
                other.send(RawFrame.request(sent + 1, "echo", MESSAGE));
                assertThat(other.next().id()).isEqualTo(sent + 1);
            }
            assertThat(ended).isPositive();
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (server.connections().size() > 2 && System.nanoTime() - until < 0) {
                Thread.onSpinWait(); // a client sees its end a moment before the server has taken it off its list
            }
            assertThat(server.connections()).hasSizeLessThanOrEqualTo(2);
        }
    }

    /** Whether the connection still answers; if not, it said why. */
    private static boolean survives(ScriptedPeer peer) throws InterruptedException {
        peer.send(RawFrame.request(PROBE, "echo", MESSAGE));
        RawFrame said = null;
        for (byte[] bytes = peer.link().take();
                bytes != null;
                bytes = peer.link().take()) {
            RawFrame frame = RawFrame.parse(bytes);
            if (frame.id() == PROBE && (frame.kind() == Frames.RESPONSE || frame.kind() == Frames.ERROR)) {
                return frame.kind() == Frames.RESPONSE || endAfterGoAway(peer);
            }
            // an answer of another thread may still slip in between GOAWAY and the end
            said = said != null && said.kind() == Frames.GOAWAY ? said : frame;
        }
        assertSaidWhy(said);
        return false;
    }

    /** A mutant that is a valid GOAWAY makes the probe be refused. */
    private static boolean endAfterGoAway(ScriptedPeer peer) throws InterruptedException {
        peer.end();
        peer.rest();
        return false;
    }

    private static void assertSaidWhy(@Nullable RawFrame last) {
        assertThat(last).as("the last frame").isNotNull();
        assertThat(last.kind()).as(last.toString()).isEqualTo(Frames.GOAWAY);
        assertThat(last.ipcStatus()).isIn(IpcStatus.PROTOCOL_ERROR, IpcStatus.VERSION_MISMATCH);
        assertThat(last.text()).isNotBlank();
    }

    @Test
    void mutatedFramesToAClient() throws Exception {
        IpcConnection connection = null;
        ScriptedPeer peer = null;
        int ended = 0;
        for (int sent = 0; sent < TO_CLIENTS; sent += FRAMES_PER_PROBE) {
            if (peer == null) {
                CompletableFuture<IpcConnection> connecting = IpcClient.builder("scripted:fuzz")
                        .transport(transport)
                        .service("echo", request -> request.message())
                        .onEvent("event", event -> event.message().size())
                        .connectAsync();
                peer = transport.nextClient().welcome();
                connection = connecting.join();
            }
            List<CompletableFuture<ValueSet>> calls = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                calls.add(connection.requestAsync("x", MESSAGE));
            }
            for (int i = 0; i < FRAMES_PER_PROBE; i++) {
                peer.sendBytes(mutant());
            }
            if (!survives(peer)) {
                peer = null;
                ended++;
                for (CompletableFuture<ValueSet> call : calls) {
                    assertThat(call.handle((reply, failure) -> reply != null || failure != null)
                                    .join())
                            .isTrue();
                }
            }
        }
        assertThat(ended).isPositive();
        if (connection != null) {
            connection.close();
        }
    }
}
