package io.valise.ipc.services.launch;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import java.util.concurrent.CompletableFuture;

/** The one report that a launcher waits for. Thread-safe. */
final class Report {
    static final String SERVICE = "launch.report";
    static final String RESULT = "result";

    private final int maxBytes;
    /** What the target has reported. */
    private final CompletableFuture<ValueSet> reported = new CompletableFuture<>();
    /** What the user of the launcher waits for, and can complete or cancel. */
    private final CompletableFuture<ValueSet> result = new CompletableFuture<>();

    Report(int maxBytes) {
        this.maxBytes = maxBytes;
        reported.thenAccept(result::complete).exceptionally(handedOn -> null);
    }

    /** The handler of {@link #SERVICE}, which the target calls. */
    ValueSet take(Request request) {
        ValueSet value = request.message().getValueSet(RESULT);
        checkSize("result", value, maxBytes);
        if (result.isDone() || !reported.complete(value)) {
            throw new IpcException(
                    IpcStatus.CANCELLED, "there is a result already, or the launcher does not wait for one any more");
        }
        return ValueSet.empty();
    }

    /** Completed by the report, by {@link #end}, or by who waits for it. */
    CompletableFuture<ValueSet> result() {
        return result;
    }

    /** There will be none any more. */
    void end(IpcException why) {
        result.completeExceptionally(why);
    }

    /** Does this when the future is completed by another than the target. */
    void whenNotWaitedFor(Runnable action) {
        result.whenComplete((value, failure) -> {
                    if (!reported.isDone()) {
                        action.run();
                    }
                })
                .exceptionally(handedOn -> null);
    }

    static void checkSize(String what, ValueSet message, int limit) {
        int actual = message.toCbor().length;
        if (actual > limit) {
            throw new IpcException(
                    IpcStatus.MESSAGE_TOO_LARGE,
                    what + ": limit=" + limit + " bytes, actual=" + actual
                            + "; the launcher can raise it by maxBytes(..)",
                    Delivery.NOT_SENT);
        }
    }
}
