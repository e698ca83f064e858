package io.valise.ipc.services.intercept;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.CallContext;
import io.valise.ipc.CallKind;
import io.valise.ipc.Interceptor;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.objects.RemoteObjects;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.Variants;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SubmissionPublisher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;

/** Interceptors, metadata of replies and deadlines that are handed on, between two processes over every transport. */
@ExtendWith(HangWatchdog.class)
class InterceptorsAcceptanceTest {
    private final BlockingQueue<String> noted = new LinkedBlockingQueue<>();

    @AfterEach
    void endClients() {
        ForkedJvm.killAll();
    }

    private Interceptor<CallContext> noting() {
        return (call, next) -> {
            noted.add(call.kind() + " " + call.name());
            return next.proceed(call).thenApply(reply -> reply.withMetadata(ValueSet.of("by", call.name())));
        };
    }

    private static Interceptor<CallContext> refusing() {
        return (call, next) -> {
            if (call.kind() != CallKind.EVENT
                    && call.metadata().getString("tenant", "").isEmpty()) {
                throw new IpcException(IpcStatus.UNSUPPORTED, "expected=tenant, actual=none");
            }
            return next.proceed(call);
        };
    }

    private static Flow.Publisher<ValueSet> items(ValueSet item) {
        return subscriber -> {
            SubmissionPublisher<ValueSet> items = new SubmissionPublisher<>(Runnable::run, 4);
            items.subscribe(subscriber);
            items.submit(item);
            items.close();
        };
    }

    private IpcServer.Builder server(String address) {
        return IpcServer.builder(address)
                .interceptHandlers(noting())
                .interceptHandlers(refusing())
                .interceptCalls(Interceptor.handingOnDeadlines())
                .service("ask", request -> {
                    request.replyMetadata(ValueSet.of("cost", 3));
                    return request.metadata();
                })
                .service("relay", request -> request.connection().request("left", request.message()))
                .stream("items", request -> items(request.metadata()))
                .onEvent("told", event -> noted.add("told " + event.message().getInt("n")));
    }

    @ParameterizedTest
    @Variants({"loopback:intercepted", "shm:intercepted", "pipe:intercepted"})
    void callsOfAnotherProcessPass(String address) throws Exception {
        try (IpcServer server = RemoteObjects.export(InterceptedClient.Desk.class, () -> {
                            CallContext call = CallContext.current().orElseThrow();
                            return call.method().orElseThrow() + " of "
                                    + call.metadata().getString("tenant");
                        })
                        .addTo(server(address))
                        .start();
                ForkedJvm client = ForkedJvm.start(InterceptedClient.class, address)) {
            assertThat(client.ask("ask")).isEqualTo("{tenant=\"acme\"}");
            assertThat(client.ask("replied")).isEqualTo("{cost=3, by=\"ask\"}");
            assertThat(client.ask("later")).isEqualTo("{tenant=\"acme\"}");
            assertThat(client.ask("exchange")).isEqualTo("{tenant=\"acme\"} with {cost=3, by=\"ask\"}");
            assertThat(client.ask("stream")).isEqualTo("{tenant=\"acme\"}");
            assertThat(client.ask("send")).isEqualTo("sent");
            assertThat(client.ask("object")).isEqualTo("whoCalls of acme");
            assertThat(client.ask("relay")).isEqualTo("in time");
            for (String expected :
                    new String[] {"REQUEST ask", "REQUEST ask", "REQUEST ask", "STREAM items", "EVENT told", "told 1"
                    }) {
                assertThat(noted.take()).isEqualTo(expected);
            }
            assertThat(client.ask("tenant")).isEqualTo("now ");
            assertThat(client.ask("ask")).isEqualTo("UNSUPPORTED REJECTED expected=tenant, actual=none");
            assertThat(client.ask("later")).isEqualTo("UNSUPPORTED REJECTED expected=tenant, actual=none");
            assertThat(client.ask("stream")).isEqualTo("UNSUPPORTED REJECTED expected=tenant, actual=none");
            assertThat(client.ask("tenant", "forbidden")).isEqualTo("now forbidden");
            assertThat(client.ask("ask")).isEqualTo("ACCESS_DENIED NOT_SENT no tenant");
            assertThat(client.ask("stream")).isEqualTo("ACCESS_DENIED NOT_SENT no tenant");
            assertThat(client.ask("send")).isEqualTo("ACCESS_DENIED NOT_SENT no tenant");
            assertThat(server.stats().requestsRefused()).isEqualTo(3);
        }
    }
}
