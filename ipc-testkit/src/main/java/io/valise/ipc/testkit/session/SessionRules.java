package io.valise.ipc.testkit.session;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.rule.RuleGroup;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/** Base of the rule groups of connections: servers and clients over the transport under test. */
public abstract class SessionRules extends RuleGroup {
    /** Longer than any test: a call that hangs is reported by the watchdog, with threads, not by its timeout. */
    static final Duration LONG = Duration.ofMinutes(10);

    /** How often a rule kills, or replaces, a process. */
    static final int CRASH_ROUNDS = Integer.getInteger("valise.testkit.crashRounds", 2);

    static final ValueSet EMPTY = ValueSet.empty();

    SessionRules(Candidate candidate) {
        super(candidate);
    }

    /** Begins a server at an address, with the service {@code echo}. */
    final IpcServer.Builder server(Endpoint... addresses) {
        Endpoint[] more = Arrays.copyOfRange(addresses, 1, addresses.length);
        return TestServices.echo(Ends.over(transport, IpcServer.builder(addresses[0], more)));
    }

    /** Starts a server with the service {@code echo} and these services. */
    final IpcServer serve(UnaryOperator<IpcServer.Builder> services) {
        return serve(address(), services);
    }

    final IpcServer serve(Endpoint address, UnaryOperator<IpcServer.Builder> services) {
        return closing(services.apply(server(address)).start());
    }

    /** Begins a client whose calls wait {@link #LONG}. */
    final IpcClient.Builder client(Endpoint address) {
        return Ends.over(transport, IpcClient.builder(address))
                .connectTimeout(LONG)
                .requestTimeout(LONG);
    }

    /** Lets this user call, or everyone where no peer is proved to be this user. */
    final AccessPolicy mine() {
        return candidate.provesSameUser() ? AccessPolicy.sameUser() : AccessPolicy.anyone();
    }

    final IpcConnection connect(IpcServer server) {
        return connect(server.endpoints().get(0));
    }

    final IpcConnection connect(Endpoint address) {
        return closing(client(address).connect());
    }

    final IpcConnection connect(IpcServer server, UnaryOperator<IpcClient.Builder> options) {
        return closing(options.apply(client(server.endpoints().get(0))).connect());
    }

    /** The only connection of a server, seen from its side, as soon as it is open. */
    static IpcConnection only(IpcServer server) {
        return awaitConnections(server, 1).get(0);
    }

    /** Waits until a server has so many connections. */
    static List<IpcConnection> awaitConnections(IpcServer server, int count) {
        List<IpcConnection> now = server.connections();
        while (now.size() != count) {
            if (Thread.currentThread().isInterrupted()) {
                throw new AssertionError("connections: expected=" + count + ", actual=" + now);
            }
            LockSupport.parkNanos(50_000);
            now = server.connections();
        }
        return now;
    }

    /** Checks that a connection carries calls. */
    static void echoes(IpcConnection connection, int count) {
        for (int i = 0; i < count; i++) {
            ValueSet message = ValueSet.of("n", i);
            ValueSet reply = connection.request("echo", message);
            if (!reply.equals(message)) {
                throw new AssertionError("another reply came back: expected=" + message + ", actual=" + reply);
            }
        }
    }

    /** Waits until a future is done, without waiting for it by join or get. */
    static void awaitDone(Future<?> future) {
        while (!future.isDone()) {
            if (Thread.currentThread().isInterrupted()) {
                throw new AssertionError("not done: " + future);
            }
            LockSupport.parkNanos(50_000);
        }
    }

    static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
        return queue.take();
    }

    static <T> T get(Future<T> future) throws Exception {
        return future.get(LONG.toSeconds(), TimeUnit.SECONDS);
    }
}
