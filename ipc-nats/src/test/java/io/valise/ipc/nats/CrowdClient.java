package io.valise.ipc.nats;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.ConnectionState;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.CommandLoop;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A process with many connections to the {@link CrowdServer}.
 *
 * <pre>
 *   connect N    opens so many, by 50 threads
 *   returning N  the same, with connections that come back
 *   call FROM    calls "note" by each, with numbers from there on, and checks the replies
 *   begin FROM   the same, and says "begun" with all calls sent; "await" tells how many were answered
 *   tick         sends an event by each
 *   connected    how many are
 *   close        closes all, by 50 threads
 * </pre>
 */
final class CrowdClient implements CommandLoop.Commands {
    private static final int THREADS = 50;
    private static final Duration LONG = Duration.ofMinutes(10); // a hang is the watchdog's

    private final CrowdEnd end = new CrowdEnd();
    private final List<IpcConnection> connections = new ArrayList<>();
    private final List<CompletableFuture<ValueSet>> pending = new ArrayList<>();

    private CrowdClient() {}

    static ForkedJvm start(NatsServer broker) {
        return ForkedJvm.start(List.of("-D" + NatsOptions.URL_PROPERTY + "=" + broker.url()), CrowdClient.class);
    }

    public static void main(String[] arguments) {
        CommandLoop.run(new CrowdClient());
    }

    @Override
    public @Nullable String run(String command, List<String> arguments) throws Exception {
        return switch (command) {
            case "connect" -> connect(Integer.parseInt(arguments.get(0)), builder -> {});
            case "returning" ->
                connect(Integer.parseInt(arguments.get(0)), builder -> builder.reconnect(ReconnectPolicy.standard()));
            case "call" -> call(Integer.parseInt(arguments.get(0)));
            case "begin" -> begin(Integer.parseInt(arguments.get(0)));
            case "await" -> await();
            case "tick" -> tick();
            case "connected" ->
                Long.toString(connections.stream()
                        .filter(connection -> connection.state() == ConnectionState.CONNECTED)
                        .count());
            case "close" -> close();
            default -> end.run(command, arguments);
        };
    }

    private @Nullable String connect(int count, Consumer<IpcClient.Builder> more) throws Exception {
        connections.addAll(byThreads(count, number -> {
            IpcClient.Builder builder = IpcClient.builder(CrowdServer.ADDRESS)
                    .access(AccessPolicy.anyone()) // for the server's events
                    .connectTimeout(LONG)
                    .requestTimeout(LONG)
                    .onEvent("tick", event -> end.heard());
            more.accept(builder);
            IpcConnection connection = builder.connect();
            end.watch(connection);
            return connection;
        }));
        return null;
    }

    private @Nullable String call(int from) throws Exception {
        begin(from);
        for (int i = 0; i < pending.size(); i++) {
            int number = pending.get(i).get().getInt("n");
            if (number != from + i) {
                throw new AssertionError("expected=" + (from + i) + ", actual=" + number);
            }
        }
        return null;
    }

    private @Nullable String begin(int from) {
        pending.clear();
        for (int i = 0; i < connections.size(); i++) {
            pending.add(connections.get(i).requestAsync("note", ValueSet.of("n", from + i)));
        }
        return null;
    }

    /** Waits until each call has ended. */
    private String await() throws InterruptedException {
        int answered = 0;
        for (CompletableFuture<ValueSet> call : pending) {
            try {
                call.get();
                answered++;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof IpcException)) {
                    throw new AssertionError(e);
                }
            }
        }
        return Integer.toString(answered);
    }

    private @Nullable String tick() {
        connections.forEach(connection -> connection.send("tick", ValueSet.empty()));
        return null;
    }

    private @Nullable String close() throws Exception {
        byThreads(connections.size(), number -> {
            connections.get(number).close();
            return number;
        });
        connections.clear();
        pending.clear();
        return null;
    }

    /** A step of many. */
    private interface Step<T> {
        T run(int number) throws Exception;
    }

    private static <T> List<T> byThreads(int count, Step<T> step) throws Exception {
        AtomicInteger numbers = new AtomicInteger();
        List<Callable<T>> steps = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            steps.add(() -> step.run(numbers.getAndIncrement()));
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> done : threads.invokeAll(steps)) {
                results.add(done.get());
            }
            return results;
        } finally {
            threads.shutdown();
        }
    }
}
