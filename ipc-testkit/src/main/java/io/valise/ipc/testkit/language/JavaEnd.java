package io.valise.ipc.testkit.language;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.CloseReason;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.Reply;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.JavaCommand;
import io.valise.ipc.testkit.session.TestSource;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.LogManager;
import org.jspecify.annotations.Nullable;

/**
 * Java's end of the test protocol (docs/languages.md). Confined to its main thread.
 *
 * @since 0.1.0
 */
public final class JavaEnd {
    private static final String OK = "ok";

    private final AtomicInteger cancelled = new AtomicInteger();
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final Map<String, CompletableFuture<ValueSet>> begun = new HashMap<>();
    private @Nullable IpcServer server;
    private @Nullable IpcConnection connection;

    private JavaEnd() {}

    /** The command that runs it with the class path of this JVM. */
    public static List<String> command() {
        List<String> command = JavaCommand.ofThisClassPath();
        command.add(JavaEnd.class.getName());
        return command;
    }

    /** Answers each line of standard input with one line, until it ends. */
    public static void main(String[] args) throws IOException, InterruptedException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        LogManager.getLogManager().reset(); // handlers fail on purpose
        JavaEnd end = new JavaEnd();
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        out.println("ready client server serves reconnects exchanges");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(end.answer(line.split(" ")));
        }
        end.close();
    }

    private String answer(String[] words) throws InterruptedException {
        try {
            return switch (words[0]) {
                case "listen" -> listen(words);
                case "unlisten" -> unlisten();
                case "shutdown" -> OK + ' ' + server().shutdown(Duration.ofMillis(Long.parseLong(words[1])));
                case "broadcast" -> broadcast(words[1], LanguageEnd.message(words[2]));
                case "connect" -> connect(words);
                case "close" -> close();
                case "request" -> reply(begin(words, 1));
                case "exchange" -> exchange(words[1], LanguageEnd.message(words[2]));
                case "begin" -> begin(words);
                case "end" -> reply(begun(words[1]));
                case "cancel" -> OK + ' ' + begun(words[1]).cancel(true);
                case "send" -> send(words[1], LanguageEnd.message(words[2]));
                case "stream" -> stream(words);
                case "closed" -> closed();
                case "heard" -> heard(Integer.parseInt(words[1]));
                default -> "unknown " + words[0];
            };
        } catch (IpcException e) {
            return failed(e);
        }
    }

    private static String failed(IpcException e) {
        String reason = HexFormat.of().formatHex(e.reason().getBytes(StandardCharsets.UTF_8));
        return "failed " + e.status() + ' ' + e.delivery() + ' ' + (reason.isEmpty() ? "00" : reason);
    }

    /** The option of that name, written as {@code name=value}. */
    private static String option(String[] words, String name, String absent) {
        return Arrays.stream(words)
                .filter(word -> word.startsWith(name + '='))
                .map(word -> word.substring(name.length() + 1))
                .findFirst()
                .orElse(absent);
    }

    private IpcServer server() {
        return requireNonNull(server, "listen first");
    }

    private IpcConnection connection() {
        return requireNonNull(connection, "connect first");
    }

    private CompletableFuture<ValueSet> begun(String id) {
        return requireNonNull(begun.get(id), "begin it first");
    }

    // ---- what it offers

    private static ValueSet fail(Request request) {
        throw new IllegalStateException("no market today");
    }

    private static ValueSet refuse(Request request) {
        throw new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "all desks are taken");
    }

    private static ValueSet remaining(Request request) {
        return ValueSet.of("millis", request.remaining().map(Duration::toMillis).orElse(-1L));
    }

    private static ValueSet priced(Request request) {
        request.replyMetadata(request.message());
        return request.message();
    }

    private CompletableFuture<ValueSet> hang(Request request) {
        CompletableFuture<ValueSet> never = new CompletableFuture<>();
        request.onCancel(cancelled::incrementAndGet);
        return never;
    }

    private static CompletableFuture<ValueSet> back(Request request) {
        return request.connection().requestAsync("echo", request.message());
    }

    private void note(String name, ValueSet message) {
        heard.add(name + ' ' + LanguageEnd.word(message));
    }

    private String listen(String[] words) {
        IpcServer.Builder builder = IpcServer.builder(words[1])
                .service("echo", Request::message)
                .service("metadata", Request::metadata)
                .service("priced", JavaEnd::priced)
                .service("remaining", JavaEnd::remaining)
                .service("fail", JavaEnd::fail)
                .service("refuse", JavaEnd::refuse)
                .service(
                        "large",
                        request ->
                                ValueSet.of("data", new byte[request.message().getInt("bytes")]))
                .service("cancelled", request -> ValueSet.of("count", cancelled.get()))
                .asyncService("hang", this::hang)
                .asyncService("back", JavaEnd::back)
                .stream("count", request -> TestSource.of(request.message().getInt("until")))
                .stream(
                        "broken",
                        request -> TestSource.failing(
                                request.message().getInt("until"), new IllegalStateException("out of numbers")))
                .onEvent("note", event -> note("note", event.message()))
                .onEvent("noteBack", event -> event.connection().send("note", event.message()))
                .maxMessageBytes(Integer.parseInt(option(words, "max", "16777216")));
        String denied = option(words, "deny", "");
        server = builder.access((caller, name) -> !name.equals(denied)).start();
        return OK;
    }

    private String unlisten() {
        server().close();
        return OK;
    }

    private String broadcast(String event, ValueSet message) {
        server().broadcast(event, message);
        return OK;
    }

    // ---- what it calls

    private String connect(String[] words) {
        IpcClient.Builder builder = IpcClient.builder(words[1])
                .service("echo", Request::message)
                .service("metadata", Request::metadata)
                .asyncService("hang", this::hang)
                .onEvent("note", event -> note("note", event.message()))
                .maxMessageBytes(Integer.parseInt(option(words, "max", "16777216")));
        String idempotent = option(words, "reconnect", "");
        if (!idempotent.isEmpty()) {
            builder.reconnect(ReconnectPolicy.standard().idempotent(idempotent));
        }
        connection = builder.connect();
        return OK;
    }

    private String close() {
        if (connection != null) {
            connection.close();
        }
        return OK;
    }

    private String begin(String[] words) {
        begun.put(words[1], begin(words, 2));
        return OK;
    }

    private CompletableFuture<ValueSet> begin(String[] words, int at) {
        IpcConnection.Call call = connection()
                .call(words[at])
                .timeout(Duration.ofMillis(Long.parseLong(option(words, "timeout", "60000"))));
        String metadata = option(words, "metadata", "");
        return (metadata.isEmpty() ? call : call.metadata(LanguageEnd.message(metadata)))
                .requestAsync(LanguageEnd.message(words[at + 1]));
    }

    private static String reply(CompletableFuture<ValueSet> future) throws InterruptedException {
        try {
            return "reply " + LanguageEnd.word(future.get());
        } catch (ExecutionException e) {
            return failed((IpcException) requireNonNull(e.getCause()));
        } catch (CancellationException e) {
            return failed(new IpcException(IpcStatus.CANCELLED, "given up", Delivery.UNKNOWN));
        }
    }

    private String exchange(String service, ValueSet message) {
        Reply reply = connection().call(service).exchange(message);
        return "reply " + LanguageEnd.word(reply.message()) + ' ' + LanguageEnd.word(reply.metadata());
    }

    private String send(String event, ValueSet message) {
        connection().send(event, message);
        return OK;
    }

    private String stream(String[] words) {
        Items items = new Items(Integer.parseInt(option(words, "take", "1000000")));
        connection().stream(words[1], LanguageEnd.message(words[2])).subscribe(items);
        return String.join(" ", items.all().join());
    }

    private String closed() {
        CloseReason reason = connection().closed().toCompletableFuture().join();
        return "closed " + reason.status() + ' ' + (reason.byPeer() ? "peer" : "here");
    }

    private String heard(int count) throws InterruptedException {
        List<String> events = new ArrayList<>(List.of("heard"));
        for (int i = 0; i < count; i++) {
            events.add(heard.take());
        }
        return String.join(" ", events);
    }

    /** Takes so many items, two at a time, then cancels; completes with the words that say what came. */
    private static final class Items implements Flow.Subscriber<ValueSet> {
        private final CompletableFuture<List<String>> all = new CompletableFuture<>();
        private final List<String> words = new ArrayList<>(List.of("items"));
        private final int most;
        private Flow.@Nullable Subscription subscription;

        Items(int most) {
            this.most = most;
        }

        CompletableFuture<List<String>> all() {
            return all;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(2);
        }

        @Override
        public void onNext(ValueSet item) {
            words.add(LanguageEnd.word(item));
            Flow.Subscription now = requireNonNull(subscription);
            if (words.size() > most) {
                now.cancel();
                end("more");
            } else {
                now.request(1);
            }
        }

        @Override
        public void onError(Throwable failure) {
            end(failed((IpcException) failure));
        }

        @Override
        public void onComplete() {
            end("end");
        }

        private void end(String how) {
            words.add(how);
            all.complete(words);
        }
    }
}
