package io.valise.ipc.spi.secret;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.testlog.Logs;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a server allows clients that have not proved that they know its secret, without a socket. */
class ConnectionAuthenticatorTest {
    private static final String CONTEXT = "loopback:quotes 127.0.0.1/4711>127.0.0.1/4712";

    private final Secret secret = Secret.fresh();
    private ConnectionAuthenticator authenticator =
            new ConnectionAuthenticator(new Endpoint("loopback", "quotes"), secret);

    /** A connection that keeps what is done with it. */
    private class Connection implements ConnectionAuthenticator.Channel {
        final ByteBuffer sent = ByteBuffer.allocate(2 * Handshake.LONGEST_MESSAGE);
        final List<Runnable> timers = new CopyOnWriteArrayList<>();
        final ConnectionAuthenticator.Pending pending;
        boolean closed;

        Connection() {
            pending = authenticator.accept(this, CONTEXT);
        }

        @Override
        public void send(ByteBuffer message) {
            sent.put(message);
        }

        @Override
        public Runnable after(Runnable task, long nanos) {
            assertThat(nanos).isEqualTo(5_000_000_000L);
            timers.add(task);
            return () -> timers.remove(task);
        }

        @Override
        public void close() {
            closed = true;
        }

        boolean advance(String bytes) {
            return pending.advance(ByteBuffer.wrap(bytes.getBytes(US_ASCII)));
        }

        void timeOut() {
            List.copyOf(timers).forEach(Runnable::run);
        }

        boolean isPending() {
            return !closed && timers.size() == 1;
        }
    }

    /** What the client of a connection sends first and second. */
    private static boolean prove(Connection connection, Handshake client, ByteBuffer surplus) {
        ByteBuffer in = ByteBuffer.allocate(200);
        client.begin(in::put);
        assertThat(connection.pending.advance(in.flip())).isFalse();
        in.clear();
        client.advance(connection.sent.flip(), in::put);
        connection.sent.clear();
        in.put(surplus).flip();
        boolean proved = connection.pending.advance(in);
        surplus.position(surplus.limit() - in.remaining());
        return proved;
    }

    @Test
    void clientWithTheSecretGetsTheConnectionWithWhatFollows() {
        Connection connection = new Connection();
        ByteBuffer frames = ByteBuffer.allocate(10);
        assertThat(prove(connection, Handshake.client(secret, CONTEXT), frames)).isTrue();
        assertThat(frames.remaining()).isEqualTo(10);
        assertThat(connection.closed).isFalse();
        assertThat(connection.timers).isEmpty();
        assertThat(connection.pending.handshake().isComplete()).isTrue();
        authenticator.close();
        assertThat(connection.pending.fail(new EOFException("later"))).isFalse();
        assertThat(connection.closed).isFalse();
    }

    @Test
    @Logs("does not know this server's secret")
    void clientWithoutItIsToldSoAndNothingElseOfItIsRead() {
        Connection connection = new Connection();
        ByteBuffer hello = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);
        Handshake.client(Secret.fresh(), CONTEXT).begin(hello::put);
        assertThat(connection.pending.advance(hello.flip())).isFalse();
        ByteBuffer forged = ByteBuffer.allocate(1000);
        assertThat(connection.pending.advance(forged)).isFalse();
        assertThat(forged.hasRemaining()).isFalse();
        assertThat(connection.sent.position()).isEqualTo(Handshake.LONGEST_MESSAGE + 1);
        assertThat(connection.sent.get(Handshake.LONGEST_MESSAGE))
                .isEqualTo((byte) IpcStatus.AUTHENTICATION_FAILED.number());
        assertThat(connection.closed).isTrue();
        assertThat(connection.timers).isEmpty();
    }

    @Test
    @Logs("expected \"VALISE\", actual byte 0=0x47")
    void foreignProtocolIsClosedWithoutAWord() {
        Connection connection = new Connection();
        assertThat(connection.advance("GET / HTTP/1.1\r\n\r\n")).isFalse();
        assertThat(connection.sent.position()).isZero();
        assertThat(connection.closed).isTrue();
    }

    @Test
    @Logs("unauthenticated connections: limit=64, the oldest was closed")
    void oldestIsClosedForOneMoreThanTheLimit() {
        List<Connection> intruders = new ArrayList<>();
        for (int i = 0; i < ConnectionAuthenticator.MOST_PENDING; i++) {
            intruders.add(new Connection());
        }
        assertThat(intruders).allMatch(Connection::isPending);
        // A closed connection frees its place.
        assertThat(intruders.get(0).pending.fail(new EOFException("hung up"))).isTrue();
        assertThat(new Connection().isPending()).isTrue();
        assertThat(intruders.get(1).isPending()).isTrue();

        Connection honest = new Connection();
        assertThat(intruders.get(1).closed).isTrue();
        assertThat(intruders.get(1).timers).isEmpty();
        assertThat(intruders.get(2).isPending()).isTrue();
        assertThat(prove(honest, Handshake.client(secret, CONTEXT), ByteBuffer.allocate(0)))
                .isTrue();
    }

    @Test
    void clientWhoseConnectionWasClosedIsNotAccepted() {
        Connection pending = new Connection();
        authenticator.close();
        assertThat(pending.closed).isTrue();
        assertThat(prove(pending, Handshake.client(secret, CONTEXT), ByteBuffer.allocate(0)))
                .isFalse();
    }

    @Test
    @Logs("handshake: the client took too long: limit=5 s")
    void silentClientIsClosedWhenItsTimeIsUp() {
        Connection silent = new Connection();
        silent.advance("VALISE\1");
        silent.timeOut();
        assertThat(silent.closed).isTrue();
        assertThat(silent.timers).isEmpty();
        assertThat(silent.pending.fail(new IOException("once more"))).isFalse();
    }

    @Test
    void closedServerClosesConnectionsThatAreThereAndThatCome() {
        Connection before = new Connection();
        authenticator.close();
        authenticator.close();
        Connection after = new Connection();
        assertThat(List.of(before, after)).allSatisfy(connection -> {
            assertThat(connection.closed).isTrue();
            assertThat(connection.timers).isEmpty();
        });
    }

    @Test
    void clientThatHangsUpIsNoRefusal() {
        Connection connection = new Connection();
        assertThat(connection.pending.fail(new EOFException("hung up"))).isTrue(); // a warning would fail this test
        assertThat(connection.closed).isTrue();
        assertThat(connection.timers).isEmpty();
    }

    // ---- what a transport does against its contract, or cannot help

    /** A connection that takes so many messages and breaks then. */
    private final class Breaking extends Connection {
        private final RuntimeException failure;
        private int left;

        Breaking(int messages, RuntimeException failure) {
            this.left = messages;
            this.failure = failure;
        }

        @Override
        public void send(ByteBuffer message) {
            if (left-- == 0) {
                throw failure;
            }
            super.send(message);
        }
    }

    /** A connection whose end cannot be reached. */
    private final class Unclosable extends Connection {
        @Override
        public Runnable after(Runnable task, long nanos) {
            super.after(task, nanos);
            return () -> {
                throw new IllegalStateException("no timer");
            };
        }

        @Override
        public void close() {
            super.close();
            throw new IllegalStateException("no end");
        }
    }

    private static IpcException hungUp() {
        return new IpcException(IpcStatus.PEER_DIED, "hung up", Delivery.NOT_SENT);
    }

    private ByteBuffer hello() {
        ByteBuffer hello = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);
        Handshake.client(secret, CONTEXT).begin(hello::put);
        return hello.flip();
    }

    @Test
    void connectionThatBreaksBeforeTheChallengeIsNoRefusal() {
        Connection broken = new Breaking(0, hungUp());
        assertThat(broken.pending.advance(hello())).isFalse(); // a warning would fail this test
        assertThat(broken.closed).isTrue();
        assertThat(broken.timers).isEmpty();
    }

    @Test
    @Logs("does not know this server's secret")
    void wrongProofIsRefusedThoughItsClientCannotBeTold() {
        Connection broken = new Breaking(1, hungUp());
        assertThat(broken.pending.advance(hello())).isFalse();
        assertThat(broken.pending.advance(ByteBuffer.allocate(32))).isFalse();
        assertThat(broken.closed).isTrue();
    }

    @Test
    @Logs("this server has 1, the client has 2")
    void otherVersionIsRefusedThoughItsClientCannotBeTold() {
        Connection broken = new Breaking(0, hungUp());
        assertThat(broken.advance("VALISE\2\0")).isFalse();
        assertThat(broken.closed).isTrue();
    }

    @Test
    @Logs("loopback:quotes broke in its handshake")
    void failureOfTheTransportEndsItsConnectionAtOnce() {
        Connection failing = new Breaking(0, new IllegalStateException("a defect"));
        ByteBuffer hello = hello();
        assertThat(failing.pending.advance(hello)).isFalse();
        assertThat(hello.hasRemaining()).isFalse();
        assertThat(failing.closed).isTrue();
        assertThat(failing.timers).isEmpty();
    }

    @Test
    @Logs({"no timer", "no end"})
    void connectionThatCannotBeClosedLeavesTheOthersClosable() {
        Connection first = new Unclosable();
        Connection second = new Connection();
        authenticator.close();
        assertThat(first.closed).isTrue();
        assertThat(second.closed).isTrue();
    }

    @Test
    @Logs({"no timer", "no end", "limit=64, the oldest was closed"})
    void connectionThatCannotBeClosedMakesRoom() {
        Connection oldest = new Unclosable();
        for (int i = 1; i < ConnectionAuthenticator.MOST_PENDING; i++) {
            assertThat(new Connection().isPending()).isTrue();
        }
        assertThat(new Connection().isPending()).isTrue();
        assertThat(oldest.closed).isTrue();
    }

    @Test
    @Logs({"no timer", "no end", "the peer is no Valise program"})
    void refusalIsAuditedThoughTheConnectionCannotBeClosed() {
        Connection refused = new Unclosable();
        assertThat(refused.advance("GET / HTTP/1.1")).isFalse();
        assertThat(refused.closed).isTrue();
    }

    @Test
    void connectionWithoutATimeLimitIsNotTaken() {
        assertThatThrownBy(() -> new Connection() {
                    @Override
                    public Runnable after(Runnable task, long nanos) {
                        throw new IllegalStateException("no timer");
                    }
                })
                .hasMessage("no timer");
        List<Connection> others = new ArrayList<>();
        for (int i = 0; i < ConnectionAuthenticator.MOST_PENDING; i++) {
            others.add(new Connection());
        }
        assertThat(others).allMatch(Connection::isPending); // it holds no place
    }

    @Test
    void timeLimitThatRunsOutAfterSuccessEndsNothing() {
        Connection connection = new Connection();
        Runnable late = connection.timers.get(0); // as one that runs when it is taken back
        assertThat(prove(connection, Handshake.client(secret, CONTEXT), ByteBuffer.allocate(0)))
                .isTrue();
        late.run();
        assertThat(connection.closed).isFalse();
    }

    @Test
    void connectionIsEitherAdmittedOrClosed() throws Exception {
        int rounds = 2000;
        boolean[] admitted = new boolean[rounds];
        List<Connection> connections = new ArrayList<>();
        List<ConnectionAuthenticator> servers = new ArrayList<>();
        List<ByteBuffer> proofs = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            authenticator = new ConnectionAuthenticator(new Endpoint("loopback", "quotes"), secret);
            Connection connection = new Connection();
            servers.add(authenticator);
            connections.add(connection);
            proofs.add(proofFor(connection));
        }
        CyclicBarrier together = new CyclicBarrier(2);
        Thread closer = new Thread(() -> {
            for (ConnectionAuthenticator server : servers) {
                meet(together);
                server.close();
            }
        });
        closer.start();
        for (int i = 0; i < rounds; i++) {
            meet(together);
            admitted[i] = connections.get(i).pending.advance(proofs.get(i));
        }
        closer.join();
        for (int i = 0; i < rounds; i++) {
            assertThat(connections.get(i).closed).isEqualTo(!admitted[i]);
            assertThat(connections.get(i).timers).isEmpty();
        }
    }

    private static void meet(CyclicBarrier together) {
        try {
            together.await(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("the other thread has ended", e);
        }
    }

    private ByteBuffer proofFor(Connection connection) {
        Handshake client = Handshake.client(secret, CONTEXT);
        ByteBuffer out = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);
        client.begin(out::put);
        assertThat(connection.pending.advance(out.flip())).isFalse();
        out.clear();
        client.advance(connection.sent.flip(), out::put);
        connection.sent.clear();
        return out.flip();
    }
}
