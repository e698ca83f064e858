package io.valise.ipc.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Failures that tests expect. Stateless. */
final class Expect {
    private Expect() {}

    /** The call fails with this status before anything was sent, its message has the remedy, and nothing of it has "secret". */
    static void fails(IpcStatus status, String remedy, Callable<?> call) {
        try {
            call.call();
        } catch (IpcException e) {
            assertThat(e.status()).as(e.getMessage()).isEqualTo(status);
            assertThat(e.delivery()).isEqualTo(Delivery.NOT_SENT);
            assertThat(e).hasMessageContaining(remedy);
            assertThat(Traces.of(e)).doesNotContain("secret");
            return;
        } catch (Exception e) {
            throw new AssertionError("expected=" + status, e);
        }
        throw new AssertionError("nothing was thrown, expected=" + status);
    }

    /** What a future fails with. */
    static IpcException failureOf(CompletableFuture<?> call) {
        try {
            throw new AssertionError("nothing was thrown: " + call.join());
        } catch (CompletionException e) {
            if (e.getCause() instanceof IpcException known) {
                return known;
            }
            throw new AssertionError("expected an IpcException", e);
        }
    }
}
