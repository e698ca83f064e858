package io.valise.ipc.services.typed;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.CommandLoop;
import java.time.LocalDate;
import java.util.List;

/** A client process: started with an address, it asks on command, by records or by plain messages. */
final class TypedClient implements CommandLoop.Commands {
    private static final String SERVICE = "price";

    record Ask(String symbol) {}

    record Quote(String symbol, LocalDate day, List<Mark> marks) {
        String text() {
            return symbol + ' ' + day + ' ' + marks;
        }
    }

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
}
