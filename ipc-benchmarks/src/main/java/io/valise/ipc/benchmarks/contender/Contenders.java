package io.valise.ipc.benchmarks.contender;

import io.valise.ipc.WaitStrategy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** All contenders by the names of the benchmark methods. */
public final class Contenders {
    /** The schemes of Valise's transports between processes. */
    public static final List<String> TRANSPORTS = List.of("shm", "pipe", "loopback");

    /** Those that need a broker, which a contest starts. */
    public static final List<String> OVER_NATS = List.of("nats", "jnats");

    // Suppliers: a JVM loads the classes of the one contender that it runs.
    private static final Map<String, Supplier<Contender>> ALL = new TreeMap<>(Map.ofEntries(
            Map.entry("shmSpinning", () -> new ValiseContender("shm", WaitStrategy.spinning())),
            Map.entry("shmBlocking", () -> new ValiseContender("shm", WaitStrategy.blocking())),
            Map.entry("shmAdaptive", () -> new ValiseContender("shm", WaitStrategy.adaptive())),
            Map.entry("pipe", () -> new ValiseContender("pipe", WaitStrategy.adaptive())),
            Map.entry("loopback", () -> new ValiseContender("loopback", WaitStrategy.adaptive())),
            Map.entry("local", () -> new ValiseContender("local", WaitStrategy.adaptive())),
            Map.entry("nats", () -> new ValiseContender("nats", WaitStrategy.adaptive())),
            Map.entry("jnats", JnatsContender::new),
            Map.entry("aeronIpcJackson", AeronContender::new),
            Map.entry("chronicleQueue", ChronicleQueueContender::new),
            Map.entry("rawUds", () -> new RawSocketContender(RawSocketContender.Kind.UDS)),
            Map.entry("rawTcp", () -> new RawSocketContender(RawSocketContender.Kind.TCP)),
            Map.entry("nettyTcp", NettyContender::new),
            Map.entry("grpc", GrpcContender::new),
            Map.entry("jeroMq", JeroMqContender::new)));

    private Contenders() {}

    /**
     * The contender of a name.
     *
     * @throws IllegalArgumentException when there is none, naming those that there are
     */
    public static Contender named(String name) {
        Supplier<Contender> contender = ALL.get(name);
        if (contender == null) {
            throw new IllegalArgumentException("contender: known=" + ALL.keySet() + ", actual=" + name);
        }
        return contender.get();
    }

    /** The names of all. */
    public static Set<String> names() {
        return ALL.keySet();
    }

    /** The JVM options for Aeron and Agrona. */
    public static List<String> agronaOptions() {
        return List.of(JvmOptions.AGRONA);
    }
}
