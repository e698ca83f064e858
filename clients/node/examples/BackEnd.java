import io.valise.ipc.IpcConnection;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.pipes.ChildPipes;
import java.time.Instant;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;

/** The back end of front.js: it is started by the front, answers it over its standard streams, and ends with it. */
public class BackEnd {
    public static void main(String[] args) {
        System.out.println("The back end is starting."); // harmless: what is printed is not taken for a message
        IpcConnection front = ChildPipes.parent(child ->
                child.service("price", BackEnd::price).stream("ticks", BackEnd::ticks).onEvent("watch", event -> event.connection()
                        .send("watching", ValueSet.of("symbol", event.message().getString("symbol")))));
        front.closed().toCompletableFuture().join();
    }

    private static ValueSet price(Request request) {
        String symbol = request.message().getString("symbol");
        return ValueSet.builder()
                .put("symbol", symbol)
                .put("bid", 101.25)
                .put("at", Instant.parse("2030-01-31T12:00:00Z"))
                .build();
    }

    /** The front takes them as fast as it likes. */
    private static Flow.Publisher<ValueSet> ticks(Request request) {
        int count = request.message().getInt("count");
        return subscriber -> {
            SubmissionPublisher<ValueSet> ticks = new SubmissionPublisher<>();
            ticks.subscribe(subscriber);
            for (int n = 0; n < count; n++) {
                ticks.submit(ValueSet.of("n", n));
            }
            ticks.close();
        };
    }
}
