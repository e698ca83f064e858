package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.Frames;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * More calls at once than the tables of both ends have slots, frame by frame. A slot is the low six bits of an id: what
 * finds it taken is kept elsewhere.
 */
class ConcurrentCallsTest {
    private static final int CALLS = 200;

    private final ScriptedTransport transport = new ScriptedTransport();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<CompletableFuture<ValueSet>> calls = new ArrayList<>();
    private final Map<Integer, Long> ids = new HashMap<>();
    private final BlockingQueue<Integer> cancelled = new LinkedBlockingQueue<>();
    private final BlockingQueue<CompletableFuture<ValueSet>> answers = new LinkedBlockingQueue<>();
    private IpcConnection connection;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    // ---- at the client

    private ScriptedPeer connect() throws InterruptedException {
        CompletableFuture<IpcConnection> connecting =
                IpcClient.builder("scripted:many").transport(transport).connectAsync();
        ScriptedPeer peer = transport.nextClient().welcome();
        connection = connecting.join();
        open.add(connection);
        return peer;
    }

    private static ValueSet number(int n) {
        return ValueSet.of("n", n);
    }

    /** Makes more calls, each with its number, and notes the id that each has got. */
    private void call(ScriptedPeer peer, int more) throws InterruptedException {
        for (int i = 0; i < more; i++) {
            int n = calls.size();
            calls.add(connection.requestAsync("s", number(n)));
            ids.put(n, peer.next(Frames.REQUEST).id());
        }
    }

    private void answer(ScriptedPeer peer, List<Integer> numbers) {
        numbers.forEach(n -> peer.send(RawFrame.response(ids.get(n), number(n))));
        numbers.forEach(n -> assertThat(calls.get(n).join()).isEqualTo(number(n)));
    }

    private static List<Integer> shuffled(int from, int to, int step) {
        List<Integer> numbers = new ArrayList<>(IntStream.range(from, to)
                .filter(n -> (n - from) % step == 0)
                .boxed()
                .toList());
        Collections.shuffle(numbers, new Random(7));
        return numbers;
    }

    @Test
    void repliesInAnyOrderReachTheirCalls() throws Exception {
        ScriptedPeer peer = connect();
        call(peer, CALLS);
        assertThat(connection.stats().pending()).isEqualTo(CALLS);
        assertThat(ids.values()).doesNotHaveDuplicates();
        answer(peer, shuffled(0, CALLS, 2)); // slots are free again, and calls are still outside of them
        assertThat(connection.stats().pending()).isEqualTo(CALLS / 2);
        call(peer, CALLS);
        answer(peer, shuffled(1, CALLS, 2));
        answer(peer, shuffled(CALLS, 2 * CALLS, 1));
        assertThat(connection.stats().pending()).isZero();
    }

    @Test
    void theEndOfTheLinkFailsEveryCallThatIsPending() throws Exception {
        ScriptedPeer peer = connect();
        call(peer, CALLS);
        answer(peer, shuffled(0, CALLS, 3));
        peer.end();
        for (int n = 0; n < CALLS; n++) {
            if (n % 3 != 0) {
                CompletionException failed = catchThrowableOfType(CompletionException.class, calls.get(n)::join);
                assertThat(((IpcException) failed.getCause()).status()).isEqualTo(IpcStatus.PEER_DIED);
            }
        }
        assertThat(connection.stats().pending()).isZero();
    }

    /** The thread that reads the reply and the one that cancels the call take it out of the table at the same time. */
    @Test
    void aCallThatIsCancelledAsItsReplyArrivesEndsOnce() throws Exception {
        ScriptedPeer peer = connect();
        for (int round = 0; round < 3_000; round++) {
            CompletableFuture<ValueSet> call = connection.requestAsync("s", number(round));
            long id = peer.next(Frames.REQUEST).id();
            peer.send(RawFrame.response(id, number(round)));
            long meeting = System.nanoTime() + round % 200 * 1_000;
            while (System.nanoTime() < meeting) {
                Thread.onSpinWait();
            }
            assertThat(call.cancel(false) || call.join().equals(number(round))).isTrue();
        }
        call(peer, 1);
        answer(peer, List.of(0)); // all replies before it have been read
        assertThat(connection.stats().pending()).isZero();
    }

    // ---- at the server

    private ScriptedPeer serve() throws InterruptedException {
        open.add(IpcServer.builder("scripted:many")
                .transport(transport)
                .asyncService("wait", request -> {
                    int n = request.message().getInt("n");
                    request.onCancel(() -> cancelled.add(n));
                    CompletableFuture<ValueSet> answer = new CompletableFuture<>();
                    answers.add(answer);
                    return answer;
                })
                .start());
        return transport.dial().greet();
    }

    /** Sends a request; the answer that its handler has begun. A request that is cancelled before reaches no handler. */
    private CompletableFuture<ValueSet> begin(ScriptedPeer peer, long id, int n) throws InterruptedException {
        peer.send(RawFrame.request(id, "wait", number(n)));
        return answers.take();
    }

    @Test
    void cancelReachesTheOneRequestOfThatId() throws Exception {
        ScriptedPeer peer = serve();
        long[] ofOneSlot = {1, 65, 129, -63, Long.MIN_VALUE + 1};
        for (int n = 0; n < ofOneSlot.length; n++) {
            assertThat(begin(peer, ofOneSlot[n], n)).isNotDone();
        }
        for (int n : new int[] {3, 0, 4, 1, 2}) {
            peer.send(RawFrame.cancel(ofOneSlot[n]), RawFrame.cancel(ofOneSlot[n]));
            assertThat(cancelled.take()).isEqualTo(n);
        }
        peer.send(RawFrame.request(65, "valise.ping", number(7)));
        assertThat(peer.next(Frames.RESPONSE).message()).isEqualTo(number(7));
        assertThat(cancelled).isEmpty();
    }

    @Test
    void lateAnswerOfACancelledRequestSparesTheNextOneOfThatId() throws Exception {
        ScriptedPeer peer = serve();
        for (long id : new long[] {7, 71}) {
            CompletableFuture<ValueSet> first = begin(peer, id, 1);
            peer.send(RawFrame.cancel(id));
            assertThat(cancelled.take()).isEqualTo(1);
            CompletableFuture<ValueSet> second = begin(peer, id, 2);
            first.complete(number(1));
            peer.send(RawFrame.cancel(id));
            assertThat(cancelled.take()).isEqualTo(2);
            second.complete(number(2));
            peer.send(RawFrame.request(id, "valise.ping", number(3)));
            assertThat(peer.next(Frames.RESPONSE).message()).isEqualTo(number(3));
        }
    }

    /** A connection may have 65,536 requests under way; those that have ended do not count. */
    @Test
    void manyMoreRequestsThanMayBeUnderWayAreServedInTurn() throws Exception {
        open.add(IpcServer.builder("scripted:many")
                .transport(transport)
                .service("echo", request -> request.message())
                .start());
        ScriptedPeer peer = transport.dial().greet();
        for (int n = 1; n <= 65_600; n++) {
            peer.send(RawFrame.request(n, "echo", ValueSet.empty()));
            assertThat(peer.next().kind()).isEqualTo(Frames.RESPONSE);
        }
    }
}
