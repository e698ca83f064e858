package io.valise.ipc.sharedmem.os;

import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.lang.System.Logger;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import java.util.logging.Level;
import net.openhft.chronicle.bytes.PointerBytesStore;
import org.jspecify.annotations.Nullable;

/**
 * Initialises Chronicle Bytes without output on the console. Two parts would print: SLF4J, when the application has no
 * provider, and the fall-back of Chronicle's buffer cleaner, by java.util.logging. Both are silenced during the
 * initialisation only. Where the application has an SLF4J provider, SLF4J is not changed, and Chronicle is used only
 * where the system property selects it; where the SLF4J version cannot be silenced, Chronicle is not used.
 */
final class ChronicleStart {
    private static final String VERBOSITY = "slf4j.internal.verbosity";
    private static final String CLEANER =
            "net.openhft.chronicle.core.internal.cleaner.ReflectionBasedByteBufferCleanerService";

    private ChronicleStart() {}

    /** Initialised on first use. */
    private static final class Tried {
        static final boolean WORKS = apart();

        /** Chronicle starts a thread that never ends, which would keep alive what it inherited from the caller. */
        private static boolean apart() {
            try {
                return Threads.callOnNewThread("valise-chronicle-start", ChronicleStart::tryIt);
            } catch (ExecutionException | RuntimeException noThread) {
                return unusable(noThread);
            }
        }
    }

    /**
     * Whether Chronicle Bytes would log while it starts: it reports missing options to an application's SLF4J, at ERROR
     * and INFO. Does not load Chronicle.
     */
    static boolean wouldLog() {
        return hasProvider(ChronicleStart.class.getClassLoader());
    }

    /** Whether Chronicle Bytes can be used here; initialises it at the first call. */
    static boolean works() {
        return Tried.WORKS;
    }

    private static boolean tryIt() {
        try {
            ClassLoader loader = PointerBytesStore.class.getClassLoader();
            boolean provider = hasProvider(loader);
            // The class that reads the verbosity came with SLF4J 2.0.10.
            return (provider || has(loader, "org/slf4j/helpers/Reporter.class")) && quietly(provider);
        } catch (Throwable e) { // such as no memory, or no thread for its background work
            return unusable(e);
        }
    }

    private static boolean unusable(Throwable why) {
        log().log(Logger.Level.DEBUG, "Chronicle Bytes does not work here, the JDK's memory serves", why);
        return false;
    }

    private static boolean quietly(boolean provider) {
        java.util.logging.Logger cleaner = java.util.logging.Logger.getLogger(CLEANER);
        Level level = cleaner.getLevel();
        String verbosity = System.getProperty(VERBOSITY);
        cleaner.setLevel(Level.OFF);
        if (!provider) {
            System.setProperty(VERBOSITY, "ERROR");
        }
        try {
            return probe();
        } finally {
            restore(verbosity);
            cleaner.setLevel(level);
        }
    }

    private static boolean probe() {
        PointerBytesStore store = new PointerBytesStore();
        store.set(UnsafeAccess.address(ByteBuffer.allocateDirect(Long.BYTES)), Long.BYTES);
        return store.readVolatileInt(0) == 0;
    }

    private static boolean hasProvider(ClassLoader loader) {
        return has(loader, "META-INF/services/org.slf4j.spi.SLF4JServiceProvider")
                || has(loader, "org/slf4j/impl/StaticLoggerBinder.class");
    }

    private static boolean has(ClassLoader loader, String resource) {
        return loader.getResource(resource) != null;
    }

    private static void restore(@Nullable String verbosity) {
        if (verbosity == null) {
            System.clearProperty(VERBOSITY);
        } else {
            System.setProperty(VERBOSITY, verbosity);
        }
    }

    /** Asked for when there is something to say: the first logger of a JVM takes 20 ms to start. */
    private static Logger log() {
        return SafeLog.of(ChronicleStart.class);
    }
}
