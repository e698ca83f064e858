package io.valise.ipc.testkit.session;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.process.CommandLoop;
import io.valise.ipc.testlog.OpenDescriptors;
import java.io.Closeable;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The other process of the X rules, which runs with low limits: a server or a client that uses up the remaining
 * descriptors or threads on command. Its log always throws, as one does that cannot open a file. Started with the class
 * name of a transport. Its server offers {@code echo}, and {@code slow}, whose answers must be waited for.
 */
public final class LimitedPeer implements CommandLoop.Commands {
    /** For calls that must be answered. */
    static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** For calls that may fail. */
    private static final Duration BRIEF = Duration.ofMillis(100);

    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int MOST_THREADS = 5000;
    private static final int SMALL_STACK = 16 * 1024;

    private final Transport transport;
    private final List<Closeable> files = new ArrayList<>();
    private final List<IpcConnection> connections = new ArrayList<>();
    private volatile boolean parking;

    private LimitedPeer(Transport transport) {
        this.transport = transport;
    }

    /** Runs the peer; the argument is the class name of the transport. */
    public static void main(String[] arguments) throws ReflectiveOperationException, IOException {
        failInLogging();
        loadClasses();
        CommandLoop.runOver(arguments[0], LimitedPeer::new);
    }

    /** Adds the service {@code slow}. */
    static IpcServer.Builder slow(IpcServer.Builder builder) {
        return builder.service("slow", request -> {
            LockSupport.parkNanos(SLOW_NANOS);
            return request.message();
        });
    }

    private static void failInLogging() {
        LogManager.getLogManager().reset();
        Logger.getLogger("").addHandler(new Handler() {
            @Override
            public void publish(LogRecord line) {
                throw new NoClassDefFoundError("as where there is no descriptor left to read the class by");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        });
    }

    /** A class in a folder needs a descriptor to be loaded by, unlike one in a jar that is open. */
    private static void loadClasses() throws IOException, ClassNotFoundException {
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path folder = Path.of(entry);
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files = Files.walk(folder)) {
                    for (Path file : files.filter(each -> each.toString().endsWith(".class"))
                            .toList()) {
                        load(folder.relativize(file).toString());
                    }
                }
            }
        }
    }

    private static void load(String file) throws ClassNotFoundException {
        String name = file.substring(0, file.length() - ".class".length()).replace(File.separatorChar, '.');
        if (name.startsWith("io.valise.") && !name.endsWith("-info") && !name.endsWith("Test")) {
            Class.forName(name, false, LimitedPeer.class.getClassLoader());
        }
    }

    @Override
    public @Nullable String run(String command, List<String> arguments) throws Exception {
        return switch (command) {
            case "serve" -> serve(arguments.get(0));
            case "connect" -> connect(arguments.get(0), Integer.parseInt(arguments.get(1)));
            case "rest" -> rest();
            case "open" -> open();
            case "closed" -> closeFiles();
            case "descriptors" -> Integer.toString(descriptors());
            case "threads" -> threads();
            case "unpark" -> unpark();
            case "call" -> call(connections, TIMEOUT);
            case "try" -> call(connections, BRIEF);
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        };
    }

    private String serve(String address) {
        return slow(TestServices.echo(Ends.over(transport, IpcServer.builder(address))))
                .start()
                .endpoints()
                .toString();
    }

    private @Nullable String connect(String address, int count) {
        for (int i = 0; i < count; i++) {
            IpcConnection connection = Ends.over(transport, IpcClient.builder(address))
                    .requestTimeout(TIMEOUT)
                    .connect();
            connection.request("echo", ValueSet.of("n", i));
            connections.add(connection);
        }
        return null;
    }

    /** Waits until no thread reads any more: all connections are idle and armed. */
    private @Nullable String rest() {
        while (Thread.getAllStackTraces().values().stream().anyMatch(LimitedPeer::reads)) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        return null;
    }

    private static boolean reads(StackTraceElement[] stack) {
        return Stream.of(stack)
                .anyMatch(frame -> frame.getClassName().equals("io.valise.ipc.internal.session.BackgroundReading"));
    }

    /** Opens files until the system refuses one more. */
    private String open() {
        try {
            while (true) {
                files.add(new FileInputStream("/dev/null"));
            }
        } catch (IOException full) {
            return Integer.toString(files.size());
        }
    }

    private @Nullable String closeFiles() throws IOException {
        for (Closeable file : files) {
            file.close();
        }
        files.clear();
        return null;
    }

    /** {@link Integer#MAX_VALUE} while none is left to list them with. */
    private static int descriptors() {
        try {
            return OpenDescriptors.now().count();
        } catch (IOException noneLeft) {
            return Integer.MAX_VALUE;
        }
    }

    /** Starts threads until the system refuses one more. */
    private String threads() {
        parking = true;
        int count = 0;
        try {
            for (; count < MOST_THREADS; count++) {
                Thread thread = new Thread(null, this::parkUntilUnparked, "parked", SMALL_STACK);
                thread.setDaemon(true);
                thread.start();
            }
        } catch (OutOfMemoryError full) {
            return Integer.toString(count);
        }
        return "unlimited";
    }

    private void parkUntilUnparked() {
        while (parking) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private @Nullable String unpark() {
        parking = false;
        return null;
    }

    /** Calls {@code slow} once on each connection, and returns the outcome of the calls and connections. */
    static String call(List<IpcConnection> connections, Duration timeout) {
        int answered = 0;
        int lacking = 0;
        for (int i = 0; i < connections.size(); i++) {
            try {
                ValueSet message = ValueSet.of("n", i);
                answered += connections.get(i).request("slow", message, timeout).equals(message) ? 1 : 0;
            } catch (IpcException e) {
                lacking += e.status() == IpcStatus.RESOURCE_EXHAUSTED ? 1 : 0;
            }
        }
        long open = connections.stream().filter(IpcConnection::isOpen).count();
        return "answered=" + answered + ",lacking=" + lacking + ",open=" + open;
    }
}
