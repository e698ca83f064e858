package io.valise.ipc.sharedmem.os;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The implementation that reads and writes shared memory. One kind per JVM, so that calls on the hot path have one
 * target; only a JVM that is a client first and later a server, or uses a region or ring, has both.
 */
public enum MemoryKind {
    /**
     * Chronicle Bytes; the default up to Java 23, but not on Windows, where it was not tried, and not beside an SLF4J
     * provider, to which it would log while it starts.
     */
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

    private static volatile @Nullable MemoryKind found;

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
     * Maps the first bytes of a file until nothing refers to the mapping any more, for memory that may still be in use
     * when it is closed: a late thread then reads old bytes instead of crashing the JVM.
     *
     * @param size how many bytes; the file has at least as many
     */
    public SharedMemory mapUntilCollected(FileChannel file, int size) throws IOException {
        return over(Mapping.untilCollected(file, size));
    }

    /**
     * The kind this JVM uses, found out at the first call; to load Chronicle Bytes takes 200 ms.
     *
     * @throws IllegalArgumentException when the system property names no kind
     */
    public static MemoryKind ofThisJvm() {
        MemoryKind known = found;
        if (known == null) {
            known = wanted() == CHRONICLE && ChronicleStart.works() ? CHRONICLE : JDK;
            found = known;
        }
        return known;
    }

    /**
     * The kind for a client, which needs a fast start: that of this JVM, or the JDK's where Chronicle Bytes would have
     * to be loaded first and was not selected by the property.
     *
     * @throws IllegalArgumentException when the system property names no kind
     */
    public static MemoryKind forClient() {
        return found != null || System.getProperty(PROPERTY) != null ? ofThisJvm() : JDK;
    }

    /**
     * The kind that this JVM will probably use, determined without loading anything.
     *
     * @throws IllegalArgumentException when the system property names no kind
     */
    public static MemoryKind expected() {
        MemoryKind known = found;
        return known != null ? known : wanted();
    }

    /** The name in the system property. */
    public String propertyValue() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static MemoryKind wanted() {
        String name = System.getProperty(PROPERTY);
        if (name == null) {
            return byDefault();
        }
        return Arrays.stream(values())
                .filter(kind -> kind.propertyValue().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "system property " + PROPERTY + ": expected chronicle or jdk, actual=\"" + name + '"'));
    }

    private static MemoryKind byDefault() {
        boolean windows = System.getProperty("os.name", "").startsWith("Windows");
        return Runtime.version().feature() < UNSAFE_WARNS_SINCE && !windows && !ChronicleStart.wouldLog()
                ? CHRONICLE
                : JDK;
    }
}
