package io.valise.ipc.services.typed;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.CommandLoop;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.function.Function;

/** A client process: started with an address, it asks on command, by records or by plain messages. */
final class TypedClient implements CommandLoop.Commands {
    private static final String SERVICE = "price";

    record Ask(String symbol) {}

    record Quote(String symbol, LocalDate day, List<Mark> marks) {
        String text() {
            return symbol + ' ' + day + ' ' + marks;
        }
    }

    record Numbered(long symbol) {}

    sealed interface Mark permits Circle, Text {}

    record Circle(double radius) implements Mark {}

    record Text(String text) implements Mark {}

    private final IpcConnection connection;

    private TypedClient(IpcConnection connection) {
        this.connection = connection;
    }

    static Quote quote(Ask ask) {
        return new Quote(ask.symbol(), LocalDate.of(2026, 1, 2), List.of(new Circle(1), new Text(ask.symbol())));
    }

    static Flow.Publisher<Quote> quotes(Ask ask) {
        return subscriber -> {
            SubmissionPublisher<Quote> quotes = new SubmissionPublisher<>(Runnable::run, Flow.defaultBufferSize());
            quotes.subscribe(subscriber);
            for (String symbol : ask.symbol().split("/", -1)) {
                quotes.submit(quote(new Ask(symbol)));
            }
            quotes.close();
        };
    }

    public static void main(String[] arguments) {
        CommandLoop.run(new TypedClient(IpcClient.connect(arguments[0])));
    }

    @Override
    public String run(String command, List<String> words) {
        return switch (command) {
            case "ask" ->
                connection.request(SERVICE, new Ask(words.get(0)), Quote.class).text();
            case "later" ->
                connection
                        .requestAsync(SERVICE, new Ask(words.get(0)), Quote.class)
                        .join()
                        .text();
            case "plain" ->
                connection.request(SERVICE, ValueSet.of("symbol", words.get(0))).getString("day");
            case "wrong" -> wrong();
            case "stream" ->
                items(connection.stream("prices", new Ask(String.join("/", words)), Quote.class), Quote::text);
            case "stream-wrong" ->
                items(connection.stream("prices", new Ask(words.get(0)), Numbered.class), Numbered::toString);
            case "send" -> sent(words.get(0));
            case "schema" -> schema();
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        };
    }

    private String wrong() {
        try {
            return connection.request(SERVICE, ValueSet.of("symbol", 1)).toString();
        } catch (IpcException e) {
            return e.status().toString();
        }
    }

    /** The kinds and names of what the server offers, and the names of its types. */
    private String schema() {
        ValueSet schema = connection.request("valise.schema", ValueSet.empty());
        return names(schema, "offers") + names(schema, "types");
    }

    private static String names(ValueSet schema, String list) {
        return schema.getList(list).stream()
                .map(each -> ((ValueSet) each).getString("kind") + ' ' + ((ValueSet) each).getString("name"))
                .toList()
                .toString();
    }

    private String sent(String symbol) {
        connection.send("noted", new Ask(symbol));
        return "sent";
    }

    /** All items of a stream, or the status with which it failed. */
    private static <T> String items(Flow.Publisher<T> stream, Function<T, String> text) {
        CompletableFuture<String> all = new CompletableFuture<>();
        List<String> items = new ArrayList<>();
        stream.subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(T item) {
                items.add(text.apply(item));
            }

            @Override
            public void onError(Throwable failure) {
                all.complete(
                        failure instanceof IpcException known ? known.status().toString() : failure.toString());
            }

            @Override
            public void onComplete() {
                all.complete(String.join(", ", items));
            }
        });
        return all.join();
    }
}
