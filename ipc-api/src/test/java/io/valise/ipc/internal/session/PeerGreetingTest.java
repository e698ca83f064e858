package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.Frames;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The message limit that a server states in its WELCOME, in any encoding, valid or not. */
class PeerGreetingTest {
    private static final int DEFAULT_LIMIT = 16 << 20;

    private final ScriptedTransport transport = new ScriptedTransport();

    private IpcConnection welcomed(byte[] about) throws InterruptedException {
        CompletableFuture<IpcConnection> connecting =
                IpcClient.builder("scripted:greeting").transport(transport).connectAsync();
        ScriptedPeer peer = transport.nextClient();
        peer.send(RawFrame.of(Frames.WELCOME, 0, peer.next().id(), RawFrame.u16(1), about));
        return connecting.join();
    }

    private void limits(byte[] about, int limit) throws InterruptedException {
        try (IpcConnection connection = welcomed(about)) {
            ValueSet larger = ValueSet.of("b", new byte[limit]);
            assertThat(catchThrowableOfType(IpcException.class, () -> connection.send("e", larger)))
                    .hasMessageContaining("limit=" + limit)
                    .extracting(IpcException::status)
                    .isEqualTo(IpcStatus.MESSAGE_TOO_LARGE);
        }
    }

    @Test
    void limitMayHaveAnyWidth() throws InterruptedException {
        // {"pid": 4711, "maxMessageBytes": 4096}, each number in its shortest form
        limits(HexFormat.of().parseHex("a263706964191267" + "6f6d61784d6573736167654279746573191000"), 4096);
        limits(ValueSet.of("maxMessageBytes", 4096L).toCbor(), 4096);
    }

    @Test
    void limitThatIsAbsentOrImpossibleIsTheDefault() throws InterruptedException {
        limits(ValueSet.empty().toCbor(), DEFAULT_LIMIT);
        limits(ValueSet.of("maxMessageBytes", 4095).toCbor(), DEFAULT_LIMIT);
        limits(ValueSet.of("maxMessageBytes", "much", "pid", "none").toCbor(), DEFAULT_LIMIT);
        limits(ValueSet.of("maxMessageBytes", -1L).toCbor(), DEFAULT_LIMIT);
    }

    @Test
    void limitBeyondTheHighestOverflowsNothing() throws InterruptedException {
        try (IpcConnection connection =
                welcomed(ValueSet.of("maxMessageBytes", Long.MAX_VALUE).toCbor())) {
            connection.send("e", ValueSet.of("b", new byte[DEFAULT_LIMIT + 1]));
            assertThat(connection.stats().eventsSent()).isEqualTo(1);
        }
    }

    @Test
    void connectionThatIsMadeAfterItsFutureWasCancelledIsClosed() throws InterruptedException {
        CompletableFuture<IpcConnection> connecting =
                IpcClient.builder("scripted:greeting").transport(transport).connectAsync();
        ScriptedPeer peer = transport.nextClient();
        RawFrame hello = peer.next();
        connecting.cancel(true);
        peer.send(RawFrame.welcome(hello.id()));
        RawFrame goaway = peer.goaway();
        assertThat(goaway).isNotNull();
        assertThat(goaway.ipcStatus()).isEqualTo(IpcStatus.OK);
        assertThat(peer.link().isClosed()).isTrue();
    }

    @Test
    void errorWhileConnectingCompletesTheFuture() {
        StackOverflowError injected = new StackOverflowError("injected");
        transport.prepare(link -> {
            throw injected;
        });
        CompletableFuture<IpcConnection> connecting =
                IpcClient.builder("scripted:greeting").transport(transport).connectAsync();
        assertThat(catchThrowableOfType(Exception.class, connecting::get)).hasCause(injected);
    }
}
