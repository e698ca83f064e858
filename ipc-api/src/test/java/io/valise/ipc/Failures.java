package io.valise.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** How calls fail. */
final class Failures {
    private Failures() {}

    /** Throws what completes the future, without what {@code join} wraps around it. */
    static ThrowingCallable await(CompletableFuture<?> reply) {
        return () -> {
            throw reply.handle((value, failure) -> failure).join();
        };
    }

    static void assertFails(ThrowingCallable call, IpcStatus status, Delivery delivery, String reason) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(IpcException.class, e -> {
                    assertThat(e.status()).isEqualTo(status);
                    assertThat(e.delivery()).isEqualTo(delivery);
                })
                .hasMessageContaining(reason);
    }
}
