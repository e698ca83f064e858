package io.valise.ipc.services.objects;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.objects.Stock.OutOfStock;
import io.valise.ipc.testkit.process.CommandLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** A client process: started with an address, it calls the stock there on command. */
final class StockClient implements CommandLoop.Commands {
    private final Stock stock;

    private StockClient(IpcConnection connection) {
        this.stock = RemoteObjects.of(connection).remote(Stock.class);
    }

    public static void main(String[] arguments) {
        CommandLoop.run(new StockClient(IpcClient.connect(arguments[0])));
    }

    @Override
    public String run(String command, List<String> words) throws InterruptedException {
        return switch (command) {
            case "take" -> take(words.get(0), Integer.parseInt(words.get(1)));
            case "later" -> later(words.get(0), Integer.parseInt(words.get(1)));
            case "hurry" -> hurry(words.get(0));
            case "reserve" -> reserve(words.get(0));
            case "caller" -> stock.caller() + ' ' + traced().caller();
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        };
    }

    private Stock traced() {
        return RemoteObjects.with(stock, call -> call.metadata(ValueSet.of("trace", "7")));
    }

    private String hurry(String item) {
        Stock hasty = RemoteObjects.with(
                stock, call -> call.timeout(Duration.ofMillis(50)).metadata(ValueSet.of("trace", "7")));
        try {
            return "left " + hasty.take(item, 1);
        } catch (IOException | OutOfStock e) {
            return e.toString();
        } catch (IpcException e) {
            return e.getMessage();
        }
    }

    private String reserve(String item) {
        try (Stock.Reservation reservation = stock.reserve(item)) {
            return reservation.text();
        } // the object is closed, and let go
    }

    private String take(String item, int count) {
        try {
            int left = stock.take(item, count);
            return "left " + left;
        } catch (OutOfStock e) {
            return "out of stock: " + e.getMessage() + " because of " + e.getCause();
        } catch (IOException e) {
            return e.toString();
        } catch (RuntimeException e) {
            return "failed: " + e;
        }
    }

    private String later(String item, int count) throws InterruptedException {
        try {
            return "left " + stock.takeLater(item, count).toCompletableFuture().get();
        } catch (OutOfStock e) {
            throw new AssertionError("the future fails, not the method", e);
        } catch (ExecutionException e) {
            return String.valueOf(e.getCause());
        }
    }
}
