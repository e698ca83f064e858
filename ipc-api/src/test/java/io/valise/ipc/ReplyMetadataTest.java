package io.valise.ipc;

import static io.valise.ipc.Failures.assertFails;
import static io.valise.ipc.Failures.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What travels beside replies. */
class ReplyMetadataTest {
    record Ask(int number) {}

    record Answer(int doubled) {}

    private static final ValueSet MESSAGE = ValueSet.of("n", 1);
    private static final ValueSet COST = ValueSet.of("cost", 3);

    private final BlockingQueue<Request> begun = new LinkedBlockingQueue<>();
    private final CompletableFuture<ValueSet> later = new CompletableFuture<>();
    private final IpcServer server = IpcServer.builder("local:metadata")
            .service("ask", request -> {
                request.replyMetadata(COST);
                request.replyMetadata(ValueSet.of("cost", 4, "unit", "ct"));
                return request.message();
            })
            .service("empty", request -> {
                request.replyMetadata(COST);
                return null;
            })
            .service("plain", request -> request.message())
            .service("fail", request -> {
                request.replyMetadata(COST);
                throw new IpcException(IpcStatus.UNSUPPORTED, "as planned");
            })
            .service("long", request -> {
                request.replyMetadata(ValueSet.of("text", "x".repeat(3_900)));
                request.replyMetadata(ValueSet.of("more", "x".repeat(100)));
                return request.message();
            })
            .service("longest", request -> {
                request.replyMetadata(ValueSet.of("text", "x".repeat(3_980)));
                return request.message();
            })
            .asyncService("later", request -> {
                begun.add(request);
                return later;
            })
            .service("double", Ask.class, Answer.class, ask -> {
                ((Request) CallContext.current().orElseThrow()).replyMetadata(COST);
                return new Answer(2 * ask.number());
            })
            .stream("items", request -> {
                request.replyMetadata(COST);
                return subscriber -> {};
            })
            .interceptHandlers(Interceptor.bindingContext())
            .start();
    private final IpcConnection client = IpcClient.connect("local:metadata");

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @Test
    void aCallThatWaitsAndOneWithAFutureGetThem() throws Exception {
        Reply expected = Reply.of(MESSAGE).withMetadata(ValueSet.of("cost", 4, "unit", "ct"));
        assertThat(client.call("ask").exchange(MESSAGE)).isEqualTo(expected);
        assertThat(client.call("ask").exchangeAsync(MESSAGE).get()).isEqualTo(expected);
        assertThat(client.call("empty").exchange(MESSAGE))
                .isEqualTo(Reply.empty().withMetadata(COST));
        assertThat(client.call("plain").exchange(MESSAGE)).isEqualTo(Reply.of(MESSAGE));
    }

    @Test
    void callersThatDoNotAskGetTheReplyAlone() throws Exception {
        assertThat(client.request("ask", MESSAGE)).isEqualTo(MESSAGE);
        assertThat(client.requestAsync("ask", MESSAGE).get()).isEqualTo(MESSAGE);
    }

    @Test
    void aHandlerThatAnswersLaterSetsThemUntilThen() throws Exception {
        CompletableFuture<Reply> reply = client.call("later").exchangeAsync(MESSAGE);
        Request request = begun.take();
        request.replyMetadata(COST);
        later.complete(MESSAGE);
        assertThat(reply.get()).isEqualTo(Reply.of(MESSAGE).withMetadata(COST));
        request.replyMetadata(ValueSet.of("late", true));
    }

    @Test
    void callersByTypesGetThemByAnInterceptor() {
        AtomicReference<ValueSet> seen = new AtomicReference<>();
        try (IpcConnection typed = IpcClient.builder("local:metadata")
                .interceptCalls((call, next) -> next.proceed(call).whenComplete((reply, failure) -> {
                    if (reply != null) {
                        seen.set(reply.metadata());
                    }
                }))
                .connect()) {
            assertThat(typed.request("double", new Ask(2), Answer.class)).isEqualTo(new Answer(4));
            assertThat(seen).hasValue(COST);
            assertThat(typed.call("ask").exchange(MESSAGE).metadata().getInt("cost"))
                    .isEqualTo(4);
        }
    }

    @Test
    void interceptorsOfHandlersAddToThem() {
        try (IpcServer other = IpcServer.builder("local:metadata2")
                        .service("ask", request -> {
                            request.replyMetadata(COST);
                            return request.message();
                        })
                        .interceptHandlers((call, next) -> next.proceed(call).thenApply(reply -> {
                            assertThat(reply.metadata()).isEqualTo(COST);
                            return reply.withMetadata(ValueSet.of("took", 5));
                        }))
                        .start();
                IpcConnection caller = IpcClient.connect("local:metadata2")) {
            assertThat(other.endpoints()).hasSize(1);
            assertThat(caller.call("ask").exchange(MESSAGE).metadata()).isEqualTo(ValueSet.of("cost", 3, "took", 5));
        }
    }

    @Test
    void whatAnInterceptorMakesTooLongFailsTheCall() {
        try (IpcServer other = IpcServer.builder("local:metadata3")
                        .service("ask", request -> request.message())
                        .interceptHandlers((call, next) -> next.proceed(call)
                                .thenApply(reply -> reply.withMetadata(ValueSet.of("text", "x".repeat(4_000)))))
                        .start();
                IpcConnection caller = IpcClient.connect("local:metadata3")) {
            assertThat(other.endpoints()).hasSize(1);
            assertFails(
                    () -> caller.request("ask", MESSAGE),
                    IpcStatus.MESSAGE_TOO_LARGE,
                    Delivery.UNKNOWN,
                    "metadata of a reply: limit=4000 bytes, actual=40");
        }
    }

    @Test
    void whatIsTooLongFailsTheHandlerThatSetsIt() {
        assertFails(
                () -> client.request("long", MESSAGE),
                IpcStatus.MESSAGE_TOO_LARGE,
                Delivery.UNKNOWN,
                "metadata of a reply: limit=4000 bytes, actual=40");
        assertThat(client.call("longest").exchange(MESSAGE).metadata().getString("text"))
                .hasSize(3_980);
        try (IpcConnection small =
                IpcClient.builder("local:metadata").maxMessageBytes(4_096).connect()) {
            assertThat(small.call("longest").exchange(MESSAGE).metadata().getString("text"))
                    .hasSize(3_980);
        }
    }

    @Test
    void aFailureAndAStreamHaveNone() {
        assertFails(() -> client.call("fail").exchange(MESSAGE), IpcStatus.UNSUPPORTED, Delivery.UNKNOWN, "as planned");
        CompletableFuture<ValueSet> item = new CompletableFuture<>();
        client.stream("items", MESSAGE).subscribe(new FirstItem<>(item));
        assertFails(await(item), IpcStatus.UNSUPPORTED, Delivery.UNKNOWN, "only a reply has metadata");
    }

    @Test
    void cancellingAnExchangeCancelsTheRequest() throws Exception {
        CompletableFuture<Reply> reply = client.call("later").exchangeAsync(MESSAGE);
        CompletableFuture<Void> told = new CompletableFuture<>();
        begun.take().onCancel(() -> told.complete(null));
        reply.cancel(false);
        told.join();
    }

    @Test
    void aConnectionThatComesBackGetsThem() throws Exception {
        try (IpcConnection again = IpcClient.builder("local:metadata")
                .reconnect(ReconnectPolicy.standard())
                .connect()) {
            again.request("plain", MESSAGE);
            server.connections().forEach(IpcConnection::close);
            assertThat(again.call("ask").exchange(MESSAGE).metadata().getInt("cost"))
                    .isEqualTo(4);
            assertThat(again.call("ask").exchangeAsync(MESSAGE).get().metadata().getInt("cost"))
                    .isEqualTo(4);
        }
    }
}
