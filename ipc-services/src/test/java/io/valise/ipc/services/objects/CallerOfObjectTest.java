package io.valise.ipc.services.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.CallContext;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.HangWatchdog;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a method of an exported object, and the factory of a class, learn of their caller. */
@ExtendWith(HangWatchdog.class)
class CallerOfObjectTest {
    interface Desk {
        /** Who calls, and what. */
        String whoCalls();

        /** The same, of a method that answers later. */
        CompletionStage<String> whoCallsLater();

        /** An object at which the same is asked. */
        Desk another();

        /** Fails. */
        void fail();
    }

    /** Tells what it learns. */
    private static final class OpenDesk implements Desk {
        @Override
        public String whoCalls() {
            return told();
        }

        @Override
        public CompletionStage<String> whoCallsLater() {
            return CompletableFuture.completedFuture(told());
        }

        @Override
        public Desk another() {
            return new OpenDesk();
        }

        @Override
        public void fail() {
            throw new IpcException(IpcStatus.UNSUPPORTED, told());
        }

        private static String told() {
            CallContext call = CallContext.current().orElseThrow();
            return call.caller().pid().orElseThrow() + " " + call.name() + " "
                    + call.method().orElseThrow();
        }
    }

    private final CompletableFuture<CallContext> making = new CompletableFuture<>();
    private final IpcServer server = RemoteObjects.export(Desk.class, new OpenDesk())
            .andClass("acme.Desk", Desk.class, this::make)
            .addTo(IpcServer.builder("local:desk"))
            .start();
    private final IpcConnection connection = IpcClient.connect("local:desk");

    @AfterEach
    void close() {
        connection.close();
        server.close();
    }

    private Desk make() {
        making.complete(CallContext.current().orElseThrow());
        return new OpenDesk();
    }

    private static String expected(String service, String method) {
        return ProcessHandle.current().pid() + " " + service + " " + method;
    }

    @Test
    void aMethodFindsItsCall() {
        Desk desk = RemoteObjects.of(connection).remote(Desk.class);
        String service = "object:" + Desk.class.getName();
        assertThat(desk.whoCalls()).isEqualTo(expected(service, "whoCalls"));
        assertThat(desk.whoCallsLater().toCompletableFuture().join()).isEqualTo(expected(service, "whoCallsLater"));
        assertThat(desk.another().whoCalls()).isEqualTo(expected("objects.call", "whoCalls"));
        assertThatThrownBy(desk::fail).hasMessageContaining(expected(service, "fail"));
    }

    @Test
    void aFactoryFindsItsCall() {
        ValueSet asked = ValueSet.of("as", Desk.class.getName());
        assertThat(connection.request("class:acme.Desk", asked).isEmpty()).isFalse();
        assertThat(making.join().name()).isEqualTo("class:acme.Desk");
        assertThat(making.join().method()).isEmpty();
    }

    @Test
    void noCallIsCurrentElsewhere() {
        assertThat(CallContext.current()).isEmpty();
    }
}
