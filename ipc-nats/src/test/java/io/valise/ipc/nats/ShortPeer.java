package io.valise.ipc.nats;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.CommandLoop;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.Security;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A client in a process that lacks descriptors or threads. Its arguments are the address of a broker, and one where there is none.
 *
 * <pre>
 *   descriptors K   uses up all descriptors but K
 *   threads K       the same with threads
 *   free            gives all back
 *   connect         to the {@link NotingServer}, by a connection to the broker of its own; says how that went
 *   sockets         tells how many this process has open
 *   keep            as connect, and keeps the connection; "call" calls by it
 * </pre>
 */
final class ShortPeer implements CommandLoop.Commands {
    private static final Duration LONG = Duration.ofMinutes(10); // a hang is the watchdog's
    private static final int SMALL_STACK = 16 * 1024;

    private final String broker;
    private final String nowhere;
    private final Deque<Closeable> held = new ArrayDeque<>();
    private int brokers;
    private @Nullable IpcConnection kept;

    private ShortPeer(String broker, String nowhere) {
        this.broker = broker;
        this.nowhere = nowhere;
    }

    public static void main(String[] arguments) {
        Security.setProperty("networkaddress.cache.ttl", "0"); // or a lookup before a shortage serves in it
        Security.setProperty("networkaddress.cache.negative.ttl", "0"); // or one in a shortage serves after it
        CommandLoop.run(new ShortPeer(arguments[0], arguments[1]));
    }

    @Override
    public @Nullable String run(String command, List<String> arguments) throws Exception {
        return switch (command) {
            case "descriptors" -> hold(() -> new FileInputStream("/dev/null"), Integer.parseInt(arguments.get(0)));
            case "threads" -> hold(ShortPeer::parked, Integer.parseInt(arguments.get(0)));
            case "free" -> release(held.size());
            case "sockets" -> sockets();
            case "connect" -> connect(broker);
            case "fail" -> connect(nowhere);
            case "keep" -> {
                kept = open(broker);
                yield null;
            }
            case "call" -> kept.request("note", ValueSet.of("n", brokers++)).toString();
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        };
    }

    /** What can be held until the system refuses one more. */
    private interface Holding {
        Closeable take() throws IOException;
    }

    private String hold(Holding one, int left) throws IOException, InterruptedException {
        try {
            while (true) {
                held.push(one.take());
            }
        } catch (IOException | OutOfMemoryError full) {
            release(left);
        }
        return Integer.toString(held.size());
    }

    private static Closeable parked() {
        Thread thread = new Thread(
                null,
                () -> {
                    while (!Thread.currentThread().isInterrupted()) {
                        LockSupport.park();
                    }
                },
                "parked",
                SMALL_STACK);
        thread.setDaemon(true);
        thread.start();
        return () -> {
            thread.interrupt();
            while (thread.isAlive()) {
                Thread.onSpinWait();
            }
        };
    }

    private @Nullable String release(int count) throws IOException {
        for (Closeable one : new ArrayList<>(held).subList(0, Math.min(count, held.size()))) {
            held.remove(one);
            one.close();
        }
        return null;
    }

    private static String sockets() throws IOException {
        int count = 0;
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                count += isSocket(descriptor) ? 1 : 0;
            }
        }
        return Integer.toString(count);
    }

    private static boolean isSocket(Path descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (NoSuchFileException closedSince) {
            return false;
        }
    }

    private IpcConnection open(String url) {
        NatsOptions own = NatsOptions.builder(url).name("own" + ++brokers).build();
        return IpcClient.builder(NotingServer.ADDRESS)
                .transport(new NatsTransport(own))
                .connectTimeout(LONG)
                .requestTimeout(LONG)
                .connect();
    }

    private String connect(String url) {
        try (IpcConnection connection = open(url)) {
            return connection.isOpen() ? "connected" : "ended";
        } catch (IpcException e) {
            return e.status() + " " + e.reason();
        }
    }
}
