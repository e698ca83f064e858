package io.valise.ipc.nats;

import io.nats.client.Nats;
import io.valise.ipc.CloseReason;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.nats.link.NatsStream;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;

/** What a process with many connections over {@code nats:} knows of itself. Thread-safe. */
final class CrowdEnd {
    private static final String CLIENT_LIBRARY = Nats.class.getPackageName() + '.';
    private static final Pattern OF_A_LINK = Pattern.compile("(?m)^ *\\d+: +(\\d+) +\\d+ +\\Q"
            + NatsStream.class.getPackageName() + "\\E\\.(?:NatsStream|Peer|Links\\$Offer)\\b(?!\\$)");

    private final AtomicInteger events = new AtomicInteger();
    private final Map<IpcStatus, Integer> ends = new ConcurrentSkipListMap<>();

    void heard() {
        events.incrementAndGet();
    }

    void watch(IpcConnection connection) {
        connection.closed().thenAccept(this::ended);
    }

    private void ended(CloseReason why) {
        ends.merge(why.status(), 1, Integer::sum);
    }

    /** Answers a command of a test. */
    String run(String command, List<String> arguments) throws JMException {
        return switch (command) {
            case "events" -> Integer.toString(events.get());
            case "ends" -> ends.toString().replace(" ", "");
            case "threads" -> Integer.toString(Thread.getAllStackTraces().size());
            case "brokerThreads" -> Long.toString(brokerThreads());
            case "links" -> Integer.toString(links());
            case "heap" -> Long.toString(heap());
            default -> throw new IllegalArgumentException("no command: actual=" + command + arguments);
        };
    }

    /** How many threads the client library of the broker has at work: they read, write, and hand over what has come. */
    private static long brokerThreads() {
        return Thread.getAllStackTraces().values().stream()
                .filter(stack ->
                        Stream.of(stack).anyMatch(frame -> frame.getClassName().startsWith(CLIENT_LIBRARY)))
                .count();
    }

    /** How many ends of links, peers and offers are reachable, from anywhere. */
    private static int links() throws JMException {
        Object histogram = ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        Matcher line = OF_A_LINK.matcher(histogram.toString());
        int count = 0;
        while (line.find()) {
            count += Integer.parseInt(line.group(1));
        }
        return count;
    }

    /** The bytes of the heap that are in use, without garbage. */
    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
