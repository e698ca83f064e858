package io.valise.ipc.services.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.json.JsonFault;
import io.valise.ipc.services.json.ValueSetJson;
import io.valise.ipc.spi.schema.ObjectService;
import io.valise.ipc.testkit.HangWatchdog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The conversation in docs/protocol.md: each half, played by hand, gets the other half from a real end. */
@ExtendWith(HangWatchdog.class)
class ObjectsConversationTest {
    private static final String BEGIN = "{\"from\":";

    private final Map<Long, Long> actualIds = new HashMap<>();
    private final BlockingQueue<Incoming> incoming = new LinkedBlockingQueue<>();
    private final List<Object> kept = new ArrayList<>();
    private List<Line> conversation;

    @RemoteInterface("acme.Counters")
    interface Counters {
        Counter open(String name);
    }

    @RemoteInterface("acme.Counter")
    interface Counter {
        long add(long by, Listener listener);

        Flow.Publisher<Long> values();
    }

    @RemoteInterface("acme.Named")
    interface Named {
        String name();
    }

    @FunctionalInterface
    interface Listener {
        void counted(long value);
    }

    private record Apples() implements Counter, Named {
        @Override
        public long add(long by, Listener listener) {
            listener.counted(by);
            return by;
        }

        @Override
        public Flow.Publisher<Long> values() {
            return subscriber -> subscriber.onSubscribe(new Demand(() -> {
                subscriber.onNext(5L);
                subscriber.onComplete();
            }));
        }

        @Override
        public String name() {
            return "apples";
        }
    }

    /** One frame of the example; its message is empty where it has none. */
    private record Line(String who, String service, ValueSet message) {
        static Line parse(String json) {
            try {
                ValueSet set = ValueSetJson.read(json);
                return new Line(
                        set.getString("from") + ' ' + set.getString("kind"),
                        set.getString("service", ""),
                        set.getValueSet("message", ValueSet.empty()));
            } catch (JsonFault e) {
                throw new AssertionError(json, e);
            }
        }
    }

    /** What the end played by hand was sent, and how it answers. */
    private record Incoming(
            String service,
            ValueSet message,
            @Nullable IpcConnection connection,
            CompletableFuture<ValueSet> answer,
            Flow.@Nullable Subscriber<? super ValueSet> subscriber) {}

    /** Runs something when the first items are asked for. */
    private static final class Demand implements Flow.Subscription {
        private @Nullable Runnable first;

        Demand(Runnable first) {
            this.first = first;
        }

        @Override
        public void request(long n) {
            Runnable now = first;
            first = null;
            if (now != null) {
                now.run();
            }
        }

        @Override
        public void cancel() {
            first = null;
        }
    }

    /** Puts what a stream brings into a queue, an empty set at its end. */
    private record Collector<T>(BlockingQueue<Object> items) implements Flow.Subscriber<T> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(10);
        }

        @Override
        public void onNext(T item) {
            items.add(item);
        }

        @Override
        public void onError(Throwable failure) {
            items.add(failure);
        }

        @Override
        public void onComplete() {
            items.add("end");
        }
    }

    @BeforeEach
    void readTheExample() throws IOException {
        conversation = Files.readAllLines(Path.of("../docs/protocol.md")).stream()
                .filter(line -> line.startsWith(BEGIN))
                .map(Line::parse)
                .toList();
        assertThat(conversation).hasSizeGreaterThan(10);
    }

    @Test
    void aRealServerSaysItsHalf() throws Exception {
        try (IpcServer server = RemoteObjects.export(Counters.class, name -> new Apples())
                        .addTo(IpcServer.builder("local:objects-by-hand"))
                        .start();
                IpcConnection client =
                        IpcClient.connect(server.endpoints().get(0).toString())) {
            client.asyncService(ObjectCalls.SERVICE, this::receive);
            playClient(client);
            awaitReleased(client, conversation.get(2).message());
        }
    }

    private void playClient(IpcConnection client) throws Exception {
        CompletableFuture<ValueSet> reply = new CompletableFuture<>();
        Incoming asked = null;
        BlockingQueue<Object> items = new LinkedBlockingQueue<>();
        for (Line line : conversation) {
            switch (line.who) {
                case "client REQUEST" -> reply = client.requestAsync(line.service, renamed(line.message));
                case "server RESPONSE" -> assertSame(line, reply.get());
                case "server REQUEST" -> asked = taken(line);
                case "client RESPONSE" -> asked.answer.complete(line.message);
                case "client STREAM_OPEN" ->
                    client.stream(line.service, renamed(line.message)).subscribe(new Collector<>(items));
                case "server STREAM_ITEM" -> assertSame(line, (ValueSet) items.take());
                case "server STREAM_END" -> assertThat(items.take()).isEqualTo("end");
                case "client EVENT" -> client.send(line.service, renamed(line.message));
                default -> throw new AssertionError(line);
            }
        }
    }

    /** Events and requests overtake each other. */
    private void awaitReleased(IpcConnection client, ValueSet call) {
        IpcStatus status = IpcStatus.OK;
        while (status != IpcStatus.SERVICE_NOT_FOUND) {
            try {
                client.request(
                        ObjectCalls.SERVICE,
                        renamed(call).toBuilder().remove("1").build());
            } catch (IpcException e) {
                status = e.status();
            }
        }
    }

    @Test
    void aRealClientSaysItsHalf() throws Exception {
        try (IpcServer server = IpcServer.builder("local:objects-by-hand")
                        .asyncService("object:acme.Counters", this::receive)
                        .asyncService(ObjectCalls.SERVICE, this::receive)
                        .stream(ObjectCalls.STREAMS, this::receiveStream)
                        .onEvent(
                                ObjectService.RELEASE,
                                event -> incoming.add(new Incoming(
                                        event.name(), event.message(), null, new CompletableFuture<>(), null)))
                        .start();
                IpcConnection connection =
                        IpcClient.connect(server.endpoints().get(0).toString())) {
            CompletableFuture<List<Object>> client = CompletableFuture.supplyAsync(() -> useCounters(connection));
            client.exceptionally(e -> {
                incoming.add(new Incoming(
                        "the client failed: " + e, ValueSet.empty(), null, new CompletableFuture<>(), null));
                return List.of();
            });
            playServer();
            assertThat(client.get()).containsExactly(5L, 5L, "end", 5L);
        }
    }

    /** What leads to the client's half; answers with what it heard. */
    private List<Object> useCounters(IpcConnection connection) {
        BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
        Counter counter = RemoteObjects.of(connection).remote(Counters.class).open("apples");
        long sum = counter.add(5, heard::add);
        Flow.Publisher<Long> values = counter.values();
        values.subscribe(new Collector<>(heard));
        while (!heard.contains("end")) {
            Thread.onSpinWait();
        }
        Named named = RemoteObject.of(counter).as(Named.class);
        kept.addAll(List.of(values, named)); // as garbage they would be released too
        RemoteObject.of(counter).close();
        heard.add(sum);
        return List.copyOf(heard);
    }

    private void playServer() throws Exception {
        Incoming call = null;
        Incoming stream = null;
        CompletableFuture<ValueSet> reply = new CompletableFuture<>();
        for (Line line : conversation) {
            switch (line.who) {
                case "client REQUEST" -> call = taken(line);
                case "server RESPONSE" -> call.answer.complete(line.message);
                case "server REQUEST" -> reply = call.connection.requestAsync(line.service, renamed(line.message));
                case "client RESPONSE" -> assertSame(line, reply.get());
                case "client STREAM_OPEN" -> stream = taken(line);
                case "server STREAM_ITEM" -> stream.subscriber.onNext(line.message);
                case "server STREAM_END" -> stream.subscriber.onComplete();
                case "client EVENT" -> taken(line);
                default -> throw new AssertionError(line);
            }
        }
    }

    private CompletableFuture<ValueSet> receive(Request request) {
        CompletableFuture<ValueSet> answer = new CompletableFuture<>();
        incoming.add(new Incoming(request.service(), request.message(), request.connection(), answer, null));
        return answer;
    }

    private Flow.Publisher<ValueSet> receiveStream(Request request) {
        return subscriber -> subscriber.onSubscribe(new Demand(() -> incoming.add(new Incoming(
                request.service(), request.message(), request.connection(), new CompletableFuture<>(), subscriber))));
    }

    private Incoming taken(Line expected) throws InterruptedException {
        Incoming actual = incoming.take();
        assertThat(actual.service).isEqualTo(expected.service);
        assertSame(expected, actual.message);
        return actual;
    }

    // ---- ids are the sender's choice: those of the example stand for what it chose

    private void assertSame(Line expected, ValueSet actual) {
        learn(expected.message, actual);
        assertThat(ValueSetJson.write(actual)).isEqualTo(ValueSetJson.write(renamed(expected.message)));
    }

    private void learn(ValueSet expected, ValueSet actual) {
        for (String key : expected.keys()) {
            if (actual.contains(key) && expected.get(key) instanceof ValueSet inner) {
                learn(inner, actual.getValueSet(key));
            } else if (actual.contains(key) && key.equals("mine")) {
                actualIds.putIfAbsent(expected.getLong(key), actual.getLong(key));
            }
        }
    }

    private ValueSet renamed(ValueSet message) {
        ValueSet.Builder renamed = message.toBuilder();
        for (String key : message.keys()) {
            switch (key) {
                case "o", "mine" -> renamed.put(key, actual(message.getLong(key)));
                case "ids" ->
                    renamed.put(
                            key,
                            Arrays.stream(message.getLongs(key))
                                    .map(this::actual)
                                    .toArray());
                default -> {
                    if (message.get(key) instanceof ValueSet inner) {
                        renamed.put(key, renamed(inner));
                    }
                }
            }
        }
        return renamed.build();
    }

    private long actual(long id) {
        return actualIds.getOrDefault(id, id);
    }
}
