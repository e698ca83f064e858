package io.valise.ipc.sharedmem.doorbell;

import io.valise.ipc.sharedmem.os.SharedMemory;
import io.valise.ipc.spi.runtime.NativeAccess;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Whether this JVM can use futexes. They cost a native library, so it is loaded in the background once threads have
 * slept a few times, and only where that causes no warning: before Java 24, or with native access enabled. Until it is
 * loaded, or always where it cannot be, doorbells ring on a socket. Thread-safe.
 */
public final class Futexes {
    /** System property that forbids futexes when it is {@code socket}. */
    public static final String PROPERTY = "valise.shm.doorbell";

    private static final int WISHES_HEARD = 16;

    /** Ignored after the loader's thread could not be started; the next request tries again. */
    private static final int WISHES_AFTER_FAILURE = 1024;

    private static final AtomicBoolean REQUESTED = new AtomicBoolean();
    private static final AtomicInteger WISHES = new AtomicInteger();

    private static volatile State state = possible() ? State.POSSIBLE : State.IMPOSSIBLE;

    private Futexes() {}

    private enum State {
        POSSIBLE,
        READY,
        IMPOSSIBLE
    }

    /** Whether futexes can be used now. */
    public static boolean ready() {
        return state == State.READY;
    }

    /** Whether futexes can be used, or probably can once {@link #request requested}. */
    public static boolean expected() {
        return state != State.IMPOSSIBLE;
    }

    /**
     * Notes that a futex would have been used here; after a number of these, futexes are {@link #request requested}.
     */
    static void wish() {
        if (state == State.POSSIBLE && WISHES.incrementAndGet() >= WISHES_HEARD) {
            request();
        }
    }

    /** Loads the native library in the background, if that is possible and was not done. */
    public static void request() {
        if (state == State.POSSIBLE && REQUESTED.compareAndSet(false, true)) {
            try {
                Threads.start(Threads.daemon("valise-futex-loader", Futexes::load));
            } catch (RuntimeException | Error e) { // no thread: doorbells ring on a socket
                log().log(Level.DEBUG, "no futexes yet", e);
                WISHES.set(-WISHES_AFTER_FAILURE);
                REQUESTED.set(false);
            }
        }
    }

    /** The futex at a word, or null while futexes are not {@link #ready}. */
    public static @Nullable Futex at(SharedMemory memory, int offset) {
        return ready() ? new Futex(systemCall(), memory, offset) : null;
    }

    private static void load() {
        try {
            NativeFutex.syscall(systemCall(), 0, 1, 0, 0, 0, 0); // EFAULT, but the function is linked and returns
            state = State.READY;
        } catch (Throwable e) { // whatever the failure is, the socket is used
            state = State.IMPOSSIBLE;
            log().log(Level.DEBUG, "no futex here, doorbells ring on a socket", e);
        }
    }

    private static boolean possible() {
        return !"socket".equals(System.getProperty(PROPERTY))
                && systemCall() != 0
                && NativeAccess.isFree("com.sun.jna.Native", Futexes.class);
    }

    /** The number of futex(2) among the system calls, or 0 where it is not known. */
    private static long systemCall() {
        if (!"Linux".equals(System.getProperty("os.name"))) {
            return 0;
        }
        return switch (System.getProperty("os.arch", "").toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> 202;
            case "aarch64", "riscv64" -> 98;
            default -> 0;
        };
    }

    /** Asked for when there is something to say: the first logger of a JVM takes 20 ms to start. */
    private static Logger log() {
        return SafeLog.of(Futexes.class);
    }
}
