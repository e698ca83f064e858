package io.valise.ipc.runtime;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Where a debugger can stop when {@link IpcRuntime} cannot be initialised: set a breakpoint at the method {@link #reached}.
 * Stateless.
 *
 * @since 0.1.0
 */
public final class DebugBreak {
    private static final String LIMIT = "valise.runtime.debugSeconds";
    private static final int DEFAULT_SECONDS = 60;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** For a debugger that has just attached, to set its breakpoints. */
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final String PLACE = DebugBreak.class.getName() + ".reached";

    private DebugBreak() {}

    /**
     * Does nothing: it is here for a breakpoint. The options {@link IpcRuntime.Option#ON_ERROR_DEBUG_BREAK} and {@link
     * IpcRuntime.Option#ON_ERROR_DEBUG_BREAK_IF_DEBUGGER_ATTACHED} call it.
     *
     * @param message what went wrong
     */
    public static void reached(String message) {}

    /** Waits for a debugger, up to the limit, if one can attach; then goes to the place of the breakpoint. */
    static void await(String message) {
        Optional<DebuggerPort> port = DebuggerPort.ofThisProcess();
        if (port.isEmpty()) {
            StandardError.print(message + "\nvalise: no debugger can attach: start the program with "
                    + DebuggerPort.OPTION + ", and set a breakpoint at " + PLACE);
        } else if (port.get().isAwaited()) {
            int seconds = Math.max(0, Integer.getInteger(LIMIT, DEFAULT_SECONDS));
            StandardError.print(
                    message + "\nvalise: process " + ProcessHandle.current().pid() + " waits " + seconds
                            + " s at most for a debugger at " + port.get() + "; set a breakpoint at " + PLACE);
            await(port.get(), TimeUnit.SECONDS.toNanos(seconds));
        }
        reached(message);
    }

    private static void await(DebuggerPort port, long limitNanos) {
        long deadline = System.nanoTime() + limitNanos;
        while (port.isAwaited() && System.nanoTime() - deadline < 0) {
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
            LockSupport.parkNanos(LOOK_NANOS); // there is no notification
        }
        if (!port.isAwaited()) {
            LockSupport.parkNanos(SETTLE_NANOS);
        }
    }
}
