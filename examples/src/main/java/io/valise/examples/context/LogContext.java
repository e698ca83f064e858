package io.valise.examples.context;

import io.valise.ipc.CallContext;
import io.valise.ipc.CallKind;
import io.valise.ipc.Interceptor;
import io.valise.ipc.OutgoingCall;
import io.valise.ipc.ValueSet;

/**
 * The request for which the calling thread works, as a logging library keeps it: MDC of SLF4J, ThreadContext of Log4j. Its
 * interceptors carry it over every call that is made for the request. Thread-safe.
 */
final class LogContext {
    private static final String KEY = "request-id";
    private static final ThreadLocal<String> CURRENT = ThreadLocal.withInitial(() -> "");

    private LogContext() {}

    /** The request of this thread; empty when there is none. */
    static String get() {
        return CURRENT.get();
    }

    /** Says for which request this thread works. */
    static void set(String request) {
        CURRENT.set(request);
    }

    /** Prints a line with the request, as a pattern with {@code %X{request-id}} does. */
    static void log(String line) {
        System.out.println("[" + get() + "] " + line);
    }

    /** Takes the request of this thread along with a call. */
    static Interceptor<OutgoingCall> sent() {
        return (call, next) -> next.proceed(
                call.kind() == CallKind.EVENT || get().isEmpty() ? call : call.withMetadata(ValueSet.of(KEY, get())));
    }

    /** Has the thread of a handler work for the request of its call. */
    static Interceptor<CallContext> received() {
        return (call, next) -> {
            String before = get();
            set(call.metadata().getString(KEY, ""));
            try {
                return next.proceed(call);
            } finally {
                set(before); // the thread has other calls to handle
            }
        };
    }
}
