package io.valise.ipc.testkit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Networks of their own on this machine (network_namespaces(7)), as other machines have them: number 0 in the middle, and each
 * other one with a cable to it (veth(4)) that can be pulled. Linux, root, ip(8); see {@link #missing}. They are deleted when this
 * is closed, at the latest when this JVM exits, and those of a JVM that was killed by the next one. Thread-safe.
 *
 * <pre>
 *   1  10.77.1.2 ---- 10.77.1.1  0  10.77.2.1 ---- 10.77.2.2  2
 * </pre>
 *
 * @since 0.2.0
 */
public final class NetworkNamespaces implements AutoCloseable {
    private static final String PREFIX = "valise-";
    private static final String IP =
            Requirement.program("ip").map(Path::toString).orElse("ip");
    /** The hardware address of no device: who gets a frame for it drops it. */
    private static final String NO_ONE = "02:00:00:00:00:01";

    private static final Path NAMES = Path.of("/run/netns");
    private static final Pattern NAME = Pattern.compile(PREFIX + "([0-9]{1,10})-[0-9]+-[0-9]+");
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Set<NetworkNamespaces> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> OPEN.forEach(NetworkNamespaces::delete), "namespace-cleaner"));
    }

    /** Found out once. */
    private static final class Trial {
        static final Optional<String> MISSING = tried();

        private Trial() {}

        private static Optional<String> tried() {
            if (Requirement.program("ip").isEmpty()) {
                return Optional.of("no ip on the PATH (apt-get install iproute2)");
            }
            try {
                new NetworkNamespaces(1).close();
                return Optional.empty();
            } catch (AssertionError refused) {
                return Optional.of("network namespaces cannot be made, which takes root: " + refused.getMessage());
            }
        }
    }

    private final String name = PREFIX + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet() + "-";
    private final int others;

    /**
     * Makes them.
     *
     * @param others how many there are beside number 0
     * @throws AssertionError when that is not possible
     */
    public NetworkNamespaces(int others) {
        this.others = others;
        deleteForgotten();
        OPEN.add(this);
        boolean done = false;
        try {
            for (int i = 0; i <= others; i++) {
                ip("netns", "add", name + i);
                ip("-n", name + i, "link", "set", "lo", "up");
            }
            for (int i = 1; i <= others; i++) {
                ip(
                        "link", "add", "cable", "netns", name + i, "type", "veth", "peer", "name", "to" + i, "netns",
                        name + 0);
                join(0, "to" + i, address(i));
                join(i, "cable", farAddress(i));
            }
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    private void join(int network, String device, String address) {
        ip("-n", name + network, "address", "add", address + "/30", "dev", device);
        ip("-n", name + network, "link", "set", device, "up");
    }

    /** Why there can be none here; empty when there can. */
    public static Optional<String> missing() {
        return Trial.MISSING;
    }

    /** Where one of the others reaches number 0. */
    public String address(int other) {
        return "10.77." + other + ".1";
    }

    private static String farAddress(int other) {
        return "10.77." + other + ".2";
    }

    /** A command before the command of a program that is to be in this network. */
    public List<String> within(int network) {
        return List.of(IP, "netns", "exec", name + network);
    }

    /** Starts a JVM there; see {@link ForkedJvm#start(Class, String...)}. */
    public ForkedJvm start(int network, Class<?> main, String... arguments) {
        return ForkedJvm.launch(within(network), ClassPath.ofThisJvm(), List.of(), main, arguments);
    }

    /**
     * Pulls the cable of one of the others: what is sent from now on gets lost. The system at either end sees that, and tries every
     * half a second to send again.
     */
    public void part(int other) {
        ip("-n", name + 0, "link", "set", "to" + other, "down");
    }

    /** Puts the cable in again. */
    public void join(int other) {
        ip("-n", name + 0, "link", "set", "to" + other, "up");
    }

    /**
     * Has all get lost that is sent by the cable of one of the others from now on, as where something between the two ends fails:
     * neither system sees it, and TCP waits twice as long each time before it sends again.
     */
    public void lose(int other) {
        ip("-n", name + 0, "neigh", "replace", farAddress(other), "lladdr", NO_ONE, "dev", "to" + other);
        ip("-n", name + other, "neigh", "replace", address(other), "lladdr", NO_ONE, "dev", "cable");
    }

    /** Has it arrive again. */
    public void loseNoMore(int other) {
        ip("-n", name + 0, "neigh", "delete", farAddress(other), "dev", "to" + other);
        ip("-n", name + other, "neigh", "delete", address(other), "dev", "cable");
    }

    /** Deletes them; a process in one of them keeps it alive. */
    @Override
    public void close() {
        delete();
        OPEN.remove(this);
    }

    private void delete() {
        for (int i = 0; i <= others; i++) {
            run(List.of(IP, "netns", "delete", name + i));
        }
    }

    private static void deleteForgotten() {
        for (String found : names()) {
            Matcher own = NAME.matcher(found);
            if (own.matches() && ProcessHandle.of(Long.parseLong(own.group(1))).isEmpty()) {
                run(List.of(IP, "netns", "delete", found));
            }
        }
    }

    private static List<String> names() {
        if (!Files.isDirectory(NAMES)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(NAMES)) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("namespaces of this machine", e);
        }
    }

    private static void ip(String... arguments) {
        List<String> command = new ArrayList<>(List.of(IP));
        command.addAll(List.of(arguments));
        String refusal = run(command);
        if (refusal != null) {
            throw new AssertionError(command + ": " + refusal);
        }
    }

    /** What is wrong, or null. An interrupt waits: what is made is to be deleted. */
    private static @Nullable String run(List<String> command) {
        boolean interrupted = Thread.interrupted();
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.onExit().join().exitValue() == 0 ? null : said.trim();
        } catch (IOException e) {
            return e.toString();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
