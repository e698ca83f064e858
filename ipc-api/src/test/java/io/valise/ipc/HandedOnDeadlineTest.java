package io.valise.ipc;

import static io.valise.ipc.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server that calls another one, in the time that its own caller gives it. */
class HandedOnDeadlineTest {
    private static final ValueSet MESSAGE = ValueSet.of("n", 1);

    private final BlockingQueue<Request> begun = new LinkedBlockingQueue<>();
    private final BlockingQueue<IpcException> failures = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> go = new CompletableFuture<>();
    private final IpcServer back = IpcServer.builder("local:back")
            .service("left", request -> {
                begun.add(request);
                return ValueSet.of("left", request.remaining().orElseThrow());
            })
            .asyncService("never", request -> new CompletableFuture<>())
            .start();
    private final IpcConnection toBack = IpcClient.builder("local:back")
            .interceptCalls(Interceptor.handingOnDeadlines())
            .connect();
    private final IpcServer front = IpcServer.builder("local:front")
            .service("left", request -> toBack.request("left", MESSAGE))
            .service("own", request -> toBack.request("left", MESSAGE, Duration.ofSeconds(20)))
            .service("later", request -> toBack.requestAsync("left", MESSAGE).get())
            .service("never", request -> noting())
            .service("late", request -> {
                request.onCancel(() -> go.complete(null));
                begun.add(request);
                go.join();
                return noting();
            })
            .onEvent("told", event -> toBack.request("left", MESSAGE))
            .interceptHandlers(Interceptor.bindingContext())
            .start();
    private final IpcConnection client = IpcClient.connect("local:front");

    @AfterEach
    void close() {
        client.close();
        front.close();
        toBack.close();
        back.close();
    }

    private ValueSet noting() {
        try {
            return toBack.request("never", MESSAGE);
        } catch (IpcException e) {
            failures.add(e);
            throw e;
        }
    }

    private Duration left(String service, Duration timeout) {
        return client.request(service, MESSAGE, timeout).getDuration("left");
    }

    @Test
    void aCallInsideAHandlerHasNoMoreTimeThanItsCaller() {
        assertThat(left("left", Duration.ofSeconds(25))).isBetween(Duration.ofMillis(1), Duration.ofSeconds(25));
        assertThat(left("later", Duration.ofSeconds(25))).isBetween(Duration.ofMillis(1), Duration.ofSeconds(25));
        assertThat(left("left", Duration.ofMinutes(10))).isBetween(Duration.ofMillis(1), Duration.ofSeconds(30));
        assertThat(left("own", Duration.ofSeconds(25))).isBetween(Duration.ofMillis(1), Duration.ofSeconds(20));
    }

    @Test
    void elsewhereItHasItsOwnTime() throws Exception {
        assertThat(toBack.request("left", MESSAGE).getDuration("left")).isGreaterThan(Duration.ofSeconds(10));
        begun.take();
        client.send("told", MESSAGE);
        assertThat(begun.take().remaining())
                .hasValueSatisfying(left -> assertThat(left).isGreaterThan(Duration.ofSeconds(10)));
    }

    @Test
    void theTimeoutNamesTheRequestThatIsHandled() throws Exception {
        CompletableFuture<ValueSet> reply =
                client.call("never").timeout(Duration.ofSeconds(2)).requestAsync(MESSAGE);
        IpcException failure = failures.take();
        assertFails(
                () -> {
                    throw failure;
                },
                IpcStatus.TIMEOUT,
                failure.delivery(),
                "the request to never that is being handled");
        assertThat(reply.handle((value, failed) -> failed).get()).isInstanceOf(IpcException.class);
    }

    @Test
    void nothingIsSentWhenNoTimeIsLeft() throws InterruptedException, ExecutionException {
        CompletableFuture<ValueSet> reply = client.requestAsync("late", MESSAGE);
        begun.take();
        reply.cancel(false);
        IpcException failure = failures.take();
        assertThat(failure.status()).isEqualTo(IpcStatus.TIMEOUT);
        assertThat(failure.delivery()).isEqualTo(Delivery.NOT_SENT);
        assertThat(failure)
                .hasMessage("TIMEOUT: request never: not sent: the request to late that is being handled has no time"
                        + " left");
    }
}
