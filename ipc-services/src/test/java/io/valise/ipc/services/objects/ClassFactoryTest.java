package io.valise.ipc.services.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.HangWatchdog;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** When the factory of a class runs, and what becomes of an object that its peer does not get. */
@ExtendWith(HangWatchdog.class)
class ClassFactoryTest {
    private static final String SERVICE = "class:acme.Counter";

    private final CountingShop shop = new CountingShop();
    private final CountDownLatch mayMake = new CountDownLatch(1);
    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final ExportedObjects exported = RemoteObjects.exportClass("acme.Counter", Counter.class, shop::make)
            .andClass("acme.SlowCounter", Counter.class, this::makeLate)
            .limit(1);
    private final IpcServer server =
            exported.addTo(IpcServer.builder("local:factory")).start();
    private final IpcConnection connection = IpcClient.connect("local:factory");
    private final RemoteObjects objects = RemoteObjects.of(connection);

    @AfterEach
    void close() {
        connection.close();
        server.close();
    }

    private Counter makeLate() {
        Counter made = shop.make();
        try {
            mayMake.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return made;
    }

    private static ValueSet asked(Class<?> type) {
        return ValueSet.of("as", type.getName());
    }

    @Test
    void nothingIsMadeForAPeerThatHoldsAsManyObjectsAsItMay() {
        Counter held = objects.given(SERVICE, Counter.class);
        assertThat(held.increment()).isOne();
        assertThatThrownBy(() -> objects.given(SERVICE, Counter.class))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.RESOURCE_EXHAUSTED))
                .hasMessageContaining("limit=1, actual=2");
        assertThat(shop.given).hasSize(1);
        assertThat(shop.returned).isEmpty();
    }

    @Test
    void nothingIsMadeForAPeerThatNamesNoInterface() {
        assertThatThrownBy(() -> connection.request(SERVICE, ValueSet.empty()))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR));
        assertThat(shop.given).isEmpty();
    }

    @Test
    void anObjectThatDoesNotOfferTheInterfaceIsToldThatItIsNotHeld() throws InterruptedException {
        assertThatThrownBy(() -> objects.given(SERVICE, CountListener.class))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.UNSUPPORTED));
        assertThat(shop.returned.take()).isSameAs(shop.given.take());
        assertThat(exported.liveObjects()).isZero();
    }

    @Test
    void anObjectWhosePeerGaveUpWhileItWasMadeIsToldThatItIsNotHeld() throws InterruptedException {
        CompletableFuture<ValueSet> reply = connection.requestAsync("class:acme.SlowCounter", asked(Counter.class));
        Counter made = shop.given.take();
        reply.cancel(true);
        connection.request("valise.ping", ValueSet.empty()); // the server has seen the cancellation before
        mayMake.countDown();
        assertThat(shop.returned.take()).isSameAs(made);
        assertThat(exported.liveObjects()).isZero();
    }

    @Test
    void nothingIsMadeForAPeerThatGaveUpBeforeItsCallRan() throws InterruptedException {
        try (IpcServer waiting = exported.addTo(IpcServer.builder("local:factory-waiting"))
                        .executor(tasks::add)
                        .start();
                IpcConnection client = IpcClient.connect("local:factory-waiting")) {
            assertThat(waiting.endpoints()).isNotEmpty();
            CompletableFuture<ValueSet> reply = client.requestAsync(SERVICE, asked(Counter.class));
            Runnable call = tasks.take();
            reply.cancel(true);
            CompletableFuture<ValueSet> next = client.requestAsync(SERVICE, asked(Counter.class));
            Runnable nextCall = tasks.take(); // the server has seen the cancellation before
            call.run();
            assertThat(shop.given).isEmpty();
            nextCall.run();
            next.join();
            assertThat(shop.given).hasSize(1);
        }
    }
}
