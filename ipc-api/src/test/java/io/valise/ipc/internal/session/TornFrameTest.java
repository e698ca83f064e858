package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** A frame whose memory was lost while it was read is never delivered. */
class TornFrameTest {
    private final ScriptedTransport transport = new ScriptedTransport();

    @Test
    void aTornReplyOrEventEndsTheConnectionAndIsNotDelivered() throws Exception {
        for (boolean reply : new boolean[] {true, false}) {
            BlockingQueue<ValueSet> events = new LinkedBlockingQueue<>();
            CompletableFuture<IpcConnection> connecting = IpcClient.builder("scripted:torn")
                    .transport(transport)
                    .onEvent("told", event -> events.add(event.message()))
                    .connectAsync();
            ScriptedPeer peer = transport.nextClient().welcome();
            try (IpcConnection connection = connecting.join()) {
                CompletableFuture<ValueSet> call = connection.requestAsync("price", ValueSet.of("n", 1));
                RawFrame request = peer.next();
                peer.link().tearsFrames();
                peer.send(
                        reply
                                ? RawFrame.response(request.id(), ValueSet.of("n", 2))
                                : RawFrame.event("told", ValueSet.of("n", 3)));
                CompletionException failure = catchThrowableOfType(CompletionException.class, call::join);
                assertThat(((IpcException) failure.getCause()).status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
                connection.closed().toCompletableFuture().join();
                assertThat(events).isEmpty();
            }
        }
    }
}
