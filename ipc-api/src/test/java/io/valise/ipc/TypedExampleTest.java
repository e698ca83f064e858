package io.valise.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** The examples of docs/typed-messages.md. */
class TypedExampleTest {
    record Ask(String symbol, Optional<LocalDate> day) {}

    record Quote(String symbol, BigDecimal bid, List<Level> levels, State state) {}

    record Level(double price, @WireName("qty") long quantity) {}

    enum State {
        OPEN,
        CLOSED,
        @WireDefault
        OTHER
    }

    sealed interface Answer permits Found, Missing {}

    record Found(Quote quote) implements Answer {}

    record Missing(String why) implements Answer {}

    record Page<T>(List<T> items) {}

    private static final Quote QUOTE =
            new Quote("KRW/USD", new BigDecimal("0.70"), List.of(new Level(0.7, 5)), State.OPEN);

    @Test
    void aServiceTakesAndAnswersRecords() {
        try (IpcServer server = IpcServer.builder("local:typed")
                        .service("price", Ask.class, Quote.class, ask -> quote(ask.symbol()))
                        .start();
                IpcConnection connection = IpcClient.connect("local:typed")) {
            assertThat(server.endpoints()).hasSize(1);
            Ask ask = new Ask("KRW/USD", Optional.empty());
            Quote quote = connection.request("price", ask, Quote.class);
            CompletableFuture<Quote> later = connection.requestAsync("price", ask, Quote.class);
            assertThat(quote).isEqualTo(QUOTE);
            assertThat(later.join()).isEqualTo(QUOTE);
            ValueSet reply = connection.request("price", ValueSet.from(ask));
            assertThat(reply.to(Quote.class)).isEqualTo(QUOTE);
            assertThat(connection
                            .request("price", ValueSet.of("symbol", "KRW/USD"))
                            .getString("state"))
                    .isEqualTo("OPEN");
        }
    }

    @Test
    void aStreamAndAnEventAreOfRecords() throws Exception {
        BlockingQueue<Level> levels = new LinkedBlockingQueue<>();
        CompletableFuture<Quote> first = new CompletableFuture<>();
        try (IpcServer server = IpcServer.builder("local:typed").stream(
                                "quotes", Ask.class, Quote.class, ask -> quotes(ask.symbol()))
                        .onEvent("level", Level.class, level -> levels.add(level))
                        .start();
                IpcConnection connection = IpcClient.connect("local:typed")) {
            assertThat(server.endpoints()).hasSize(1);
            Ask ask = new Ask("KRW/USD", Optional.empty());
            Flow.Publisher<Quote> quotes = connection.stream("quotes", ask, Quote.class);
            connection.send("level", new Level(0.7, 5));
            assertThat(levels.take()).isEqualTo(new Level(0.7, 5));
            quotes.subscribe(new FirstItem<>(first));
            assertThat(first.get()).isEqualTo(QUOTE);
        }
    }

    @Test
    void aHandlerOfValueSetsDeclaresItsTypes() {
        try (IpcServer server = IpcServer.builder("local:typed")
                        .service("price", request -> price(request))
                        .describe("price", Ask.class, Quote.class)
                        .onEvent("level", event -> {})
                        .describeEvent("level", Level.class)
                        .start();
                IpcConnection connection = IpcClient.connect("local:typed")) {
            assertThat(server.endpoints()).hasSize(1);
            assertThat(connection
                            .request("price", new Ask("KRW/USD", Optional.empty()), Quote.class)
                            .bid())
                    .isEqualTo(QUOTE.bid());
            assertThat(connection.request("valise.schema", ValueSet.empty()).getList("types").stream()
                            .map(type -> ((ValueSet) type).getString("name")))
                    .containsExactly("Ask", "Level", "Quote", "State");
        }
    }

    private static ValueSet price(Request request) {
        return ValueSet.from(quote(request.message().getString("symbol")));
    }

    private static Flow.Publisher<Quote> quotes(String symbol) {
        return subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long n) {
                subscriber.onNext(quote(symbol));
            }

            @Override
            public void cancel() {
                // it publishes when it is asked
            }
        });
    }

    @Test
    void aPageAndAnAnswerKeepTheirTypes() {
        Page<Quote> page = new Page<>(List.of(QUOTE));
        GenericType<Page<Quote>> quotes = new GenericType<>() {};
        ValueSet set = ValueSet.from(page, quotes);
        assertThat(set.to(quotes)).isEqualTo(page);
        Answer answer = new Missing("no such symbol");
        ValueSet told = ValueSet.from(answer, Answer.class); // {"$record": "Missing", "why": "no such symbol"}
        assertThat(told).isEqualTo(ValueSet.of("$record", "Missing", "why", "no such symbol"));
        assertThat(told.to(Answer.class)).isEqualTo(answer);
    }

    private static Quote quote(String symbol) {
        assertThat(symbol).isEqualTo(QUOTE.symbol());
        return QUOTE;
    }
}
