package io.valise.ipc.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.Request;
import io.valise.ipc.RequestHandler;
import io.valise.ipc.ValueSet;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a server has to do with the exit of its JVM; the exit itself is for the Z rules of the kit. */
class AtExitTest {
    private static final String KEEPER = "valise-keep-alive";
    private static final Duration GRACE = Duration.ofSeconds(5);

    private static IpcServer.Builder builder() {
        return IpcServer.builder("local:at-exit").keepAlive(true).closeOnExit(GRACE);
    }

    private static List<Thread> keepers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(KEEPER))
                .toList();
    }

    private static void awaitNoKeeper() {
        while (!keepers().isEmpty()) {
            LockSupport.parkNanos(50_000);
        }
    }

    @Test
    void nothingIsLeftHoweverTheServerEnds() {
        List<Consumer<IpcServer>> ends =
                List.of(IpcServer::close, server -> server.shutdown(GRACE), IpcServer::closeIfUnused);
        for (Consumer<IpcServer> end : ends) {
            WeakReference<Object> handler = serveUntil(end);
            awaitNoKeeper();
            while (handler.get() != null) {
                System.gc();
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(handler.get()).isNull();
        }
    }

    private static WeakReference<Object> serveUntil(Consumer<IpcServer> end) {
        RequestHandler handler = new RequestHandler() {
            @Override
            public ValueSet handle(Request request) {
                return request.message();
            }
        };
        IpcServer server = builder().service("echo", handler).start();
        assertThat(keepers())
                .singleElement()
                .satisfies(thread -> assertThat(thread.isDaemon()).isFalse());
        end.accept(server);
        return new WeakReference<>(handler);
    }

    @Test
    void nothingIsLeftOfAServerThatCouldNotStart() {
        try (IpcServer first = IpcServer.builder("local:at-exit").start()) {
            assertThat(keepers()).isEmpty();
            assertThatThrownBy(() -> builder().start()).isInstanceOf(IpcException.class);
            awaitNoKeeper();
            assertThat(first.endpoints()).hasSize(1);
        }
    }

    @Test
    void anInterruptDoesNotEndTheThreadThatKeepsTheJvmAlive() {
        try (IpcServer server = builder().start()) {
            Thread keeper = keepers().get(0);
            keeper.interrupt();
            while (keeper.isInterrupted()) { // until it has seen it
                Thread.onSpinWait();
            }
            assertThat(keeper.isAlive()).isTrue();
            assertThat(server.endpoints()).hasSize(1);
        }
        awaitNoKeeper();
    }

    @Test
    void aNegativeGraceIsRefused() {
        assertThatThrownBy(() -> IpcServer.builder("local:at-exit").closeOnExit(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("closeOnExit: must not be negative, limit=PT0S, actual=PT-1S");
    }
}
