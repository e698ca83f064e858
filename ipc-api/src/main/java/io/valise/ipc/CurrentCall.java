package io.valise.ipc;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** The call that each thread handles. Thread-safe. */
final class CurrentCall {
    private static final ThreadLocal<@Nullable CallContext> CURRENT = new ThreadLocal<>();

    private CurrentCall() {}

    static @Nullable CallContext get() {
        return CURRENT.get();
    }

    static <T extends @Nullable Object> T during(CallContext call, Callable<T> action) throws Exception {
        CallContext before = CURRENT.get();
        CURRENT.set(call);
        try {
            return action.call();
        } finally {
            CURRENT.set(before);
        }
    }

    static void during(CallContext call, Runnable action) {
        CallContext before = CURRENT.get();
        CURRENT.set(call);
        try {
            action.run();
        } finally {
            CURRENT.set(before);
        }
    }
}
