package io.valise.ipc;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;

/** What interceptors and handlers of a test have seen, in order, in a queue of the test. Stateless. */
final class InterceptorNotes {
    private InterceptorNotes() {}

    /** Waits for so many notes. */
    static List<String> taken(BlockingQueue<String> noted, int count) throws InterruptedException {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(noted.take());
        }
        return all;
    }

    /** Notes each call, and how it ended. */
    static <C> Interceptor<C> noting(BlockingQueue<String> noted, String name, Function<C, String> text) {
        return (call, next) -> {
            noted.add(name + " " + text.apply(call));
            return next.proceed(call).whenComplete((reply, failure) -> noted.add(name + " ended " + outcome(failure)));
        };
    }

    /** The status of a failure, or null. */
    static String outcome(Throwable failure) {
        return failure instanceof IpcException e ? e.status().name() : String.valueOf(failure);
    }
}
