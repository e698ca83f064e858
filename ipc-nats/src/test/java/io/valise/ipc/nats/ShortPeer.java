package io.valise.ipc.nats;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.CommandLoop;
import io.valise.ipc.testlog.OpenDescriptors;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Security;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A client in a process that lacks descriptors or threads. Its arguments are the address of a broker, one where there is none, and
 * perhaps {@code tls=} and the folder of the {@link Certificates}, or {@code hosts=} and the file that the JDK looks hosts up in, with
 * a descriptor for each lookup: the system knows some names without any.
 *
 * <pre>
 *   descriptors K   uses up all descriptors but K
 *   threads K       the same with threads
 *   free            gives all back
 *   connect         to the {@link NotingServer}, by a connection to the broker of its own; says how that went
 *   fail            as connect, at the address where there is no broker
 *   keep            as connect, and keeps the connection; "call" calls by it
 *   settle          waits until no more descriptors are open than after keep
 * </pre>
 */
final class ShortPeer implements CommandLoop.Commands {
    private static final Duration LONG = Duration.ofMinutes(10); // a hang is the watchdog's
    private static final long PAUSE_NANOS = 1_000_000;
    private static final int SMALL_STACK = 16 * 1024;

    /** A folder is listed by two descriptors. */
    private static final int TO_LIST = 2;

    private final String broker;
    private final String nowhere;
    private final @Nullable SSLContext tls;
    private final Deque<Closeable> held = new ArrayDeque<>();
    private int brokers;
    private OpenDescriptors lasting;
    private @Nullable IpcConnection kept;

    private ShortPeer(String broker, String nowhere, @Nullable SSLContext tls) throws IOException {
        this.broker = broker;
        this.nowhere = nowhere;
        this.tls = tls;
        this.lasting = OpenDescriptors.now();
    }

    public static void main(String[] arguments) throws IOException, GeneralSecurityException {
        Security.setProperty("networkaddress.cache.ttl", "0"); // or a lookup before a shortage serves in it
        SSLContext tls = null;
        for (String more : List.of(arguments).subList(2, arguments.length)) {
            String value = more.substring(more.indexOf('=') + 1);
            if (more.startsWith("tls=")) {
                tls = Certificates.of(Path.of(value)).context(null);
            } else {
                System.setProperty("jdk.net.hosts.file", value);
            }
        }
        CommandLoop.run(new ShortPeer(arguments[0], arguments[1], tls));
    }

    @Override
    public @Nullable String run(String command, List<String> arguments) throws Exception {
        return switch (command) {
            case "descriptors" -> holdDescriptors(Integer.parseInt(arguments.get(0)));
            case "threads" -> {
                hold(ShortPeer::parked, Integer.MAX_VALUE);
                yield release(Integer.parseInt(arguments.get(0)));
            }
            case "free" -> release(held.size());
            case "settle" -> {
                lasting.awaitNoMore();
                yield null;
            }
            case "connect" -> connect(broker);
            case "fail" -> connect(nowhere);
            case "keep" -> {
                kept = dial(broker);
                lasting = OpenDescriptors.now();
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

    /** Takes as many until the system refuses one; true if it refused none. */
    private boolean hold(Holding one, int most) {
        try {
            for (int i = 0; i < most; i++) {
                held.push(one.take());
            }
            return true;
        } catch (IOException | OutOfMemoryError full) {
            return false;
        }
    }

    private @Nullable String holdDescriptors(int left) throws IOException {
        Holding file = () -> new FileInputStream("/dev/null");
        hold(file, Integer.MAX_VALUE);
        if (left > 0) {
            return release(left);
        }
        release(TO_LIST);
        while (isPassing() || !hold(file, TO_LIST)) {
            LockSupport.parkNanos(PAUSE_NANOS); // nothing tells when it is closed
            hold(file, Integer.MAX_VALUE);
            release(TO_LIST);
        }
        return null;
    }

    /**
     * Whether something else was open for a moment while the others were taken, which is free afterwards: threads of the JVM read
     * files of the system, and the client library closes sockets late.
     */
    private boolean isPassing() {
        try {
            OpenDescriptors now = OpenDescriptors.now();
            return now.isReadingSystem() || now.count() > lasting.count() + held.size();
        } catch (IOException takenByIt) {
            return true;
        }
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

    private IpcConnection dial(String url) {
        NatsOptions.Builder own = NatsOptions.builder(url).name("own" + ++brokers);
        if (tls != null) {
            own.tls(tls);
        }
        return IpcClient.builder(NotingServer.ADDRESS)
                .transport(new NatsTransport(own.build()))
                .connectTimeout(LONG)
                .requestTimeout(LONG)
                .connect();
    }

    private String connect(String url) {
        try (IpcConnection connection = dial(url)) {
            return connection.isOpen() ? "connected" : "ended";
        } catch (IpcException e) {
            return e.status() + " " + e.reason();
        }
    }
}
