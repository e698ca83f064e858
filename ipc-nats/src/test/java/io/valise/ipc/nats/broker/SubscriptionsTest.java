package io.valise.ipc.nats.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nats.client.Connection;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A connection that just came about and can receive nothing; no test has a broker, or the memory, end at that moment. */
class SubscriptionsTest {
    private final AtomicInteger closed = new AtomicInteger();

    private void receives(Throwable failure) {
        Connection connection = (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        closed.incrementAndGet();
                        return null;
                    }
                    throw failure;
                });
        BrokerSettings settings = new BrokerSettings(
                List.of(BrokerAddress.parse("nats://127.0.0.1:4222")), null, null, null, "-", null, false, 1);
        Subscriptions.of(settings, connection, message -> {}, List.of());
    }

    private void fails(Throwable failure, IpcStatus status, String why) {
        assertThatThrownBy(() -> receives(failure))
                .isInstanceOfSatisfying(IpcException.class, e -> {
                    assertThat(e.status()).isEqualTo(status);
                    assertThat(e.delivery()).isEqualTo(Delivery.NOT_SENT);
                })
                .hasMessageContaining(why);
        assertThat(closed).hasValue(1);
    }

    @Test
    void aConnectionThatTheBrokerEndsAtOnceIsNotFound() {
        fails(new IllegalStateException("Connection is Closed"), IpcStatus.ENDPOINT_NOT_FOUND, "it ended at once");
    }

    @Test
    void aConnectionWithoutAThreadIsClosed() {
        Throwable refused = new OutOfMemoryError("unable to create native thread");
        fails(new RejectedExecutionException(refused), IpcStatus.RESOURCE_EXHAUSTED, "cannot start a thread");
    }

    @Test
    void aConnectionWithoutMemoryIsClosed() {
        assertThatThrownBy(() -> receives(new OutOfMemoryError("thrown by the test")))
                .isInstanceOf(OutOfMemoryError.class);
        assertThat(closed).hasValue(1);
    }
}
