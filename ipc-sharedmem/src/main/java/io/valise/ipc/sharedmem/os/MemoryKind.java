package io.valise.ipc.sharedmem.os;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.FutureTask;

/**
 * Whose code reads and writes shared memory. One kind per JVM, so that the calls on the hot path have one target.
 */
public enum MemoryKind {
    /** Chronicle Bytes; the default up to Java 23, but not on Windows, where nobody has tried it. */
    CHRONICLE {
        @Override
        SharedMemory over(Mapping mapping) {
            if (!ChronicleStart.works()) {
                throw new IllegalStateException("Chronicle Bytes does not work here; why is logged at DEBUG");
            }
            return new ChronicleMemory(mapping);
        }
    },
    /** The JDK; the default on Windows, and from Java 24 on, where Unsafe warns, and wherever Chronicle Bytes does not work. */
    JDK {
        @Override
        SharedMemory over(Mapping mapping) {
            return new JdkMemory(mapping);
        }
    };

    /** System property that chooses the kind: {@code chronicle} or {@code jdk}. */
    public static final String PROPERTY = "valise.shm.memory";

    private static final int UNSAFE_WARNS_SINCE = 24;

    abstract SharedMemory over(Mapping mapping);

    /**
     * Maps the first bytes of a file.
     *
     * @param size how many bytes; the file has at least as many
     */
    public SharedMemory map(FileChannel file, int size) throws IOException {
        return over(Mapping.of(file, size));
    }

    /**
     * Maps the first bytes of a file until nothing refers to the mapping any more, for memory whose users cannot be
     * asked to leave: a thread that is late finds old bytes and not a crash.
     *
     * @param size how many bytes; the file has at least as many
     */
    public SharedMemory mapUntilCollected(FileChannel file, int size) throws IOException {
        return over(Mapping.untilCollected(file, size));
    }

    /**
     * The kind this JVM uses, found out at the first call.
     *
     * @throws IllegalArgumentException when the system property names no kind
     */
    public static MemoryKind ofThisJvm() {
        return Chosen.KIND.orElseGet(MemoryKind::refuse);
    }

    /** Has another thread find out the kind: Chronicle Bytes takes as long to load as a client takes for all the rest. */
    public static void prepare() {
        if (Runtime.getRuntime().availableProcessors() > 1) {
            Thread loading = new Thread(new FutureTask<>(() -> Chosen.KIND), "valise-shm-memory");
            loading.setDaemon(true);
            loading.start();
        }
    }

    /** The name as the system property has it. */
    public String propertyValue() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static MemoryKind refuse() {
        throw new IllegalArgumentException("system property " + PROPERTY + ": expected chronicle or jdk, actual=\""
                + System.getProperty(PROPERTY) + '"');
    }

    private static Optional<MemoryKind> named(String name) {
        return Arrays.stream(values())
                .filter(kind -> kind.propertyValue().equals(name))
                .findFirst();
    }

    private static final class Chosen {
        static final Optional<MemoryKind> KIND = choose();

        private static MemoryKind byDefault() {
            boolean windows = System.getProperty("os.name", "").startsWith("Windows");
            return Runtime.version().feature() < UNSAFE_WARNS_SINCE && !windows ? CHRONICLE : JDK;
        }

        private static Optional<MemoryKind> choose() {
            String wanted = System.getProperty(PROPERTY);
            Optional<MemoryKind> kind = wanted == null ? Optional.of(byDefault()) : named(wanted);
            return kind.map(k -> k == CHRONICLE && !ChronicleStart.works() ? JDK : k);
        }
    }
}
