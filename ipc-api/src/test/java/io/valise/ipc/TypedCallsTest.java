package io.valise.ipc;

import static io.valise.ipc.Failures.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.testlog.MayLog;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Services and calls by records, at every place where one is added, and plain messages at the other end. */
class TypedCallsTest {
    record Ask(int number) {}

    record Answer(int doubled) {}

    record Text(String text) {}

    record Job(Runnable action) {}

    private final BlockingQueue<IpcConnection> clients = new LinkedBlockingQueue<>();
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final CompletableFuture<Answer> pending = new CompletableFuture<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final IpcServer server = IpcServer.builder("local:typed")
            .service("double", Ask.class, Answer.class, ask -> new Answer(2 * ask.number()))
            .service(
                    "plain", request -> ValueSet.of("doubled", request.message().getInt("number"), "newer", 1))
            .service("wrong", request -> ValueSet.of("doubled", "x"))
            .service("fail", Ask.class, Answer.class, ask -> {
                throw new IpcException(IpcStatus.ACCESS_DENIED, "not you");
            })
            .service("none", Ask.class, Answer.class, ask -> null)
            .service("unsendable", Ask.class, Text.class, ask -> new Text("\ud800"))
            .asyncService("never", request -> {
                request.onCancel(cancelled::countDown);
                return new CompletableFuture<>();
            })
            .asyncService(
                    "doubleLater",
                    Ask.class,
                    Answer.class,
                    ask -> CompletableFuture.supplyAsync(() -> new Answer(2 * ask.number())))
            .asyncService(
                    "failLater",
                    Ask.class,
                    Answer.class,
                    ask -> CompletableFuture.failedFuture(new IpcException(IpcStatus.ACCESS_DENIED, "not you")))
            .asyncService("noneLater", Ask.class, Answer.class, ask -> CompletableFuture.completedFuture(null))
            .asyncService("noFuture", Ask.class, Answer.class, ask -> null)
            .asyncService("pending", Ask.class, Answer.class, ask -> {
                begun.countDown();
                return pending;
            })
            .onConnect(clients::add)
            .start();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void recordsAndMessagesCallTheSameServices() throws Exception {
        try (IpcConnection client = IpcClient.connect("local:typed")) {
            assertThat(client.request("double", new Ask(2), Answer.class)).isEqualTo(new Answer(4));
            assertThat(client.requestAsync("double", new Ask(3), Answer.class).get())
                    .isEqualTo(new Answer(6));
            assertThat(client.request("double", ValueSet.of("number", 4L, "newer", true)))
                    .isEqualTo(ValueSet.of("doubled", 8));
            assertThat(client.request("plain", new Ask(5), Answer.class)).isEqualTo(new Answer(5));
            assertThat(client.request("double", new Ask(2), ValueSet.class)).isEqualTo(ValueSet.of("doubled", 4));
        }
    }

    @Test
    void bothBuildersAndTheConnectionOfferByTypes() throws Exception {
        try (IpcConnection client = IpcClient.builder("local:typed")
                .service("add", Ask.class, Answer.class, ask -> new Answer(ask.number() + 1))
                .connect()) {
            IpcConnection seen = clients.take();
            assertThat(seen.request("add", new Ask(1), Answer.class)).isEqualTo(new Answer(2));
            client.service("subtract", Ask.class, Answer.class, ask -> new Answer(ask.number() - 1));
            assertThat(seen.request("subtract", new Ask(1), Answer.class)).isEqualTo(new Answer(0));
            client.asyncService(
                    "halve",
                    Answer.class,
                    Ask.class,
                    whole -> CompletableFuture.completedFuture(new Ask(whole.doubled() / 2)));
            assertThat(seen.request("halve", new Answer(8), Ask.class)).isEqualTo(new Ask(4));
        }
    }

    @Test
    void aServiceAnswersTypeMismatchToWhatIsNotItsType() {
        try (IpcConnection client = IpcClient.connect("local:typed")) {
            assertFails(
                    () -> client.request("double", ValueSet.of("number", "x")),
                    IpcStatus.TYPE_MISMATCH,
                    "Ask: number: expected=int, actual=STRING \"x\"");
        }
    }

    @Test
    void aReplyOfAnotherTypeIsTypeMismatchOfACallThatHasRun() {
        try (IpcConnection client = IpcClient.connect("local:typed")) {
            String reason = "Answer: doubled: expected=int, actual=STRING \"x\"";
            assertFails(() -> client.request("wrong", new Ask(1), Answer.class), IpcStatus.TYPE_MISMATCH, reason);
            assertFails(await(client.requestAsync("wrong", new Ask(1), Answer.class)), IpcStatus.TYPE_MISMATCH, reason);
        }
    }

    @Test
    @MayLog({"service none failed", "service unsendable failed", "service noneLater failed", "service noFuture failed"})
    void theHandlersFailuresAreThoseOfEveryService() {
        try (IpcConnection client = IpcClient.connect("local:typed")) {
            assertFails(() -> client.request("fail", new Ask(1), Answer.class), IpcStatus.ACCESS_DENIED, "not you");
            assertFails(
                    await(client.requestAsync("fail", new Ask(1), Answer.class)), IpcStatus.ACCESS_DENIED, "not you");
            assertFails(
                    () -> client.request("none", new Ask(1), Answer.class),
                    IpcStatus.HANDLER_FAILED,
                    "the handler returned null; return a value");
            assertFails(
                    () -> client.request("unsendable", new Ask(1), Text.class),
                    IpcStatus.HANDLER_FAILED,
                    "Text: text: ");
            assertFails(
                    () -> client.request("failLater", new Ask(1), Answer.class), IpcStatus.ACCESS_DENIED, "not you");
            assertFails(
                    () -> client.request("noneLater", new Ask(1), Answer.class),
                    IpcStatus.HANDLER_FAILED,
                    "the handler returned null; return a value");
            assertFails(
                    () -> client.request("noFuture", new Ask(1), Answer.class),
                    IpcStatus.HANDLER_FAILED,
                    "the handler returned null; return a future");
        }
    }

    @Test
    void anAnswerThatComesLaterIsTypedToo() throws Exception {
        try (IpcConnection client = IpcClient.connect("local:typed")) {
            assertThat(client.request("doubleLater", new Ask(2), Answer.class)).isEqualTo(new Answer(4));
            assertFails(
                    () -> client.request("doubleLater", ValueSet.of("number", "x")),
                    IpcStatus.TYPE_MISMATCH,
                    "Ask: number: expected=int, actual=STRING \"x\"");
            CompletableFuture<Answer> reply = client.requestAsync("pending", new Ask(1), Answer.class);
            begun.await();
            pending.complete(new Answer(7));
            assertThat(reply.get()).isEqualTo(new Answer(7));
        }
    }

    @Test
    void theFutureOfAHandlerIsCancelledWithItsRequest() throws Exception {
        try (IpcConnection client = IpcClient.connect("local:typed")) {
            CompletableFuture<Answer> reply = client.requestAsync("pending", new Ask(1), Answer.class);
            begun.await();
            reply.cancel(true);
            assertThatThrownBy(pending::get).isInstanceOf(CancellationException.class);
        }
    }

    private static void assertFails(ThrowingCallable call, IpcStatus status, String reason) {
        Failures.assertFails(call, status, Delivery.UNKNOWN, reason);
    }

    @Test
    void cancellingATypedCallCancelsItAtThePeer() throws Exception {
        try (IpcConnection client = IpcClient.connect("local:typed")) {
            CompletableFuture<Answer> reply = client.requestAsync("never", new Ask(1), Answer.class);
            reply.cancel(true);
            cancelled.await();
            assertThat(reply).isCancelled();
        }
    }

    @Test
    void typesThatAreNoMessagesAreRefusedBeforeAnythingIsSentOrOffered() {
        try (IpcConnection client = IpcClient.connect("local:typed")) {
            assertThatThrownBy(() -> client.service("job", Job.class, Answer.class, ask -> new Answer(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Job.action: java.lang.Runnable cannot cross");
            assertThatThrownBy(() -> IpcServer.builder("local:x").service("x", Ask.class, int.class, Ask::number))
                    .hasMessageContaining("int is no message");
            assertThatThrownBy(() -> client.request("plain", new Ask(1), Job.class))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> client.requestAsync("plain", new Text("\ud800"), Answer.class))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Text: text: ");
            assertThat(client.stats().requestsSent()).isZero();
        }
    }
}
