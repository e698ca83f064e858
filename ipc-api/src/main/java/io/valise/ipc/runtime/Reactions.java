package io.valise.ipc.runtime;

import io.valise.ipc.runtime.Initialization.Status;
import io.valise.ipc.runtime.IpcRuntime.Option;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.function.Consumer;

/** What the options do about a failed initialisation. Thread-safe. */
final class Reactions {
    private static final int FAILED_FAST = 134; // as a process that aborts
    private static final Consumer<String> WAIT_FOR_DEBUGGER = DebugBreak::await;
    private static final Consumer<String> PRINT = StandardError::print;

    static volatile Consumer<String> debugBreak = WAIT_FOR_DEBUGGER;
    static volatile Consumer<String> showUi = PRINT;

    private Reactions() {}

    static void reset() {
        debugBreak = WAIT_FOR_DEBUGGER;
        showUi = PRINT;
    }

    static void to(Initialization failure, Set<Option> options) {
        if (options.contains(Option.ON_NO_MATCH_SHOW_UI) && failure.status() == Status.NO_MATCH) {
            call(showUi, failure.message());
        }
        if (options.contains(Option.ON_ERROR_DEBUG_BREAK)) {
            call(debugBreak, failure.message());
        } else if (options.contains(Option.ON_ERROR_DEBUG_BREAK_IF_DEBUGGER_ATTACHED)) {
            DebugBreak.reached(failure.message());
        }
        if (options.contains(Option.ON_ERROR_FAIL_FAST)) {
            SafeLog.of(IpcRuntime.class)
                    .log(Level.ERROR, "cannot go on: " + failure.status() + ": " + failure.message());
            Runtime.getRuntime().halt(FAILED_FAST);
        }
    }

    /** A hook that fails does not keep what the other options ask for, nor the result, from the caller. */
    private static void call(Consumer<String> hook, String message) {
        try {
            hook.accept(message);
        } catch (RuntimeException e) {
            SafeLog.of(IpcRuntime.class).log(Level.WARNING, "a hook for a failed initialisation failed", e);
        }
    }
}
