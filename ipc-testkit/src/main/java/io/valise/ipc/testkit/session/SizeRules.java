package io.valise.ipc.testkit.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.link.LinkEnd;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** M: large messages. */
public abstract class SizeRules extends SessionRules {
    private static final int DEFAULT_LIMIT = 16 << 20;
    private static final int LIMIT = 256 << 10;

    protected SizeRules(Candidate candidate) {
        super(candidate);
    }

    private static ValueSet large(int length) {
        return ValueSet.of("bytes", LinkEnd.frame(length, length));
    }

    @Test
    void M01_everyLengthUpToTheLimitCrossesBothWays() {
        IpcConnection client = connect(serve(builder -> builder));
        for (int length : new int[] {0, 1, 4_000, 65_536, 300_000, 1 << 20, 5_000_001, DEFAULT_LIMIT - 1_024}) {
            byte[] bytes = LinkEnd.frame(length, length);
            ValueSet reply = client.request("echo", ValueSet.of("bytes", bytes));
            assertThat(reply.getBytes("bytes")).as("%s bytes", length).isEqualTo(bytes);
        }
    }

    @Test
    void M02_tooLargeARequestIsRefusedAndNothingElse() throws Exception {
        IpcConnection client = connect(serve(builder -> builder));
        IpcException e = failsWith(IpcStatus.MESSAGE_TOO_LARGE, () -> client.request("echo", large(DEFAULT_LIMIT)));
        assertThat(e).hasMessageContaining("limit=").hasMessageContaining("actual=");
        assertThat(e.delivery()).isIn(Delivery.NOT_SENT, Delivery.REJECTED);
        failsWith(IpcStatus.MESSAGE_TOO_LARGE, () -> get(client.requestAsync("echo", large(DEFAULT_LIMIT))));
        echoes(client, 3);
        assertThat(client.stats().pending()).isZero();
    }

    @Test
    void M03_limitOfTheServerCounts() {
        IpcServer server = serve(builder -> builder.maxMessageBytes(LIMIT));
        IpcConnection client = connect(server);
        assertThat(client.request("echo", large(LIMIT - 1_024)).getBytes("bytes"))
                .hasSize(LIMIT - 1_024);
        IpcException e = failsWith(IpcStatus.MESSAGE_TOO_LARGE, () -> client.request("echo", large(LIMIT)));
        assertThat(e).hasMessageContaining("limit=" + LIMIT).hasMessageContaining("actual=");
        assertThat(e.delivery()).isIn(Delivery.NOT_SENT, Delivery.REJECTED);
        echoes(client, 3);
    }

    @Test
    void M04_tooLargeAReplyIsAnError() {
        IpcServer server = serve(builder ->
                builder.service("give", request -> large(request.message().getInt("length"))));
        IpcConnection client = connect(server, builder -> builder.maxMessageBytes(LIMIT));
        for (int i = 0; i < 3; i++) {
            assertThat(client.request("give", ValueSet.of("length", 1_000)).size())
                    .isEqualTo(1);
            IpcException e =
                    failsWith(IpcStatus.MESSAGE_TOO_LARGE, () -> client.request("give", ValueSet.of("length", LIMIT)));
            assertThat(e).hasMessageContaining("limit=" + LIMIT).hasMessageContaining("actual=");
            failsWith(
                    IpcStatus.MESSAGE_TOO_LARGE,
                    () -> client.request("give", ValueSet.of("length", DEFAULT_LIMIT + 1)));
            echoes(client, 3);
        }
    }

    @Test
    void M05_tooLargeAnEventIsRefused() throws Exception {
        BlockingQueue<ValueSet> heard = new LinkedBlockingQueue<>();
        IpcServer server =
                serve(builder -> builder.maxMessageBytes(LIMIT).onEvent("tick", event -> heard.add(event.message())));
        IpcConnection client = connect(server);
        IpcException e = failsWith(IpcStatus.MESSAGE_TOO_LARGE, () -> {
            client.send("tick", large(LIMIT));
            return null;
        });
        assertThat(e).hasMessageContaining("limit=").hasMessageContaining("actual=");
        client.send("tick", ValueSet.of("n", 1));
        assertThat(take(heard)).isEqualTo(ValueSet.of("n", 1));
    }

    @Test
    void M06_duplexFloodOfLargeMessages() throws Exception {
        IpcServer server = serve(builder -> builder);
        IpcConnection client = connect(server, builder -> builder.service("echo", Request::message));
        echoes(client, 1);
        IpcConnection back = only(server);
        ValueSet message = large(3 << 20);
        together(4, number -> {
            IpcConnection end = number % 2 == 0 ? client : back;
            for (int i = 0; i < 4; i++) {
                assertThat(end.request("echo", message)).isEqualTo(message);
            }
        });
    }

    @Test
    void M07_floodOfLargeAsyncCalls() throws Exception {
        IpcServer server = serve(builder -> builder);
        IpcConnection client = connect(server, builder -> builder.service("echo", Request::message));
        echoes(client, 1);
        IpcConnection back = only(server);
        ValueSet message = large(1 << 20);
        List<CompletableFuture<ValueSet>> replies = new CopyOnWriteArrayList<>();
        together(2, number -> {
            for (int i = 0; i < 20; i++) {
                replies.add((number == 0 ? client : back).requestAsync("echo", message));
            }
        });
        for (CompletableFuture<ValueSet> reply : replies) {
            assertThat(get(reply)).isEqualTo(message);
        }
        assertThat(replies).hasSize(40);
    }

    @Test
    void M08_largeEventsKeepTheOrder() throws Exception {
        BlockingQueue<Integer> heard = new LinkedBlockingQueue<>();
        IpcConnection client = connect(serve(builder -> builder.onEvent("tick", event -> {
            assertThat(event.message().getBytes("bytes")).isEqualTo(LinkEnd.frame(7, 700_000));
            heard.add(event.message().getInt("n"));
        })));
        byte[] bytes = LinkEnd.frame(7, 700_000);
        for (int i = 0; i < 40; i++) {
            client.send("tick", ValueSet.of("n", i, "bytes", bytes));
        }
        for (int i = 0; i < 40; i++) {
            assertThat(take(heard)).isEqualTo(i);
        }
    }

    @Test
    void M09_smallCallsBetweenLargeOnes() throws Exception {
        IpcConnection client = connect(serve(builder -> builder));
        ValueSet message = large(2 << 20);
        together(3, number -> {
            if (number == 0) {
                for (int i = 0; i < 8; i++) {
                    assertThat(client.request("echo", message)).isEqualTo(message);
                }
            } else {
                echoes(client, 300);
            }
        });
    }

    @Test
    void M10_limitIsOfTheUserToChoose() {
        int limit = 40 << 20;
        IpcServer server = serve(builder -> builder.maxMessageBytes(limit));
        IpcConnection client = connect(server, builder -> builder.maxMessageBytes(limit));
        assertThat(client.request("echo", large(limit - 1_024)).getBytes("bytes"))
                .hasSize(limit - 1_024);
    }
}
