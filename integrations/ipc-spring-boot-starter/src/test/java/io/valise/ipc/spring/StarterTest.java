package io.valise.ipc.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.CallContext;
import io.valise.ipc.Event;
import io.valise.ipc.Interceptor;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.OutgoingCall;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spring.shop.Ask;
import io.valise.ipc.spring.shop.Quote;
import io.valise.ipc.spring.shop.QuotesClient;
import io.valise.ipc.spring.shop.ShopApplication;
import io.valise.ipc.spring.stock.Stock;
import io.valise.ipc.testkit.flow.AllItems;
import io.valise.ipc.testlog.Logs;
import io.valise.ipc.testlog.MayLog;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the starter makes of beans and properties, in contexts of Spring Boot. A client may close while its server does. */
@MayLog("clients did not take all replies: limit=PT29S")
class StarterTest {
    private static final ApplicationContextRunner CONTEXT =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(IpcAutoConfiguration.class));

    /** The application of docs/spring-boot.md, at an address in memory. */
    private static final ApplicationContextRunner SHOP = CONTEXT.withUserConfiguration(ShopApplication.class)
            .withPropertyValues("valise.server.endpoints=local:quotes");

    private static final ApplicationContextRunner CLIENT = CONTEXT.withUserConfiguration(StockClients.class)
            .withPropertyValues("valise.clients.quotes.endpoint=local:quotes");

    @Configuration(proxyBeanMethods = false)
    @ImportIpcClients({QuotesClient.class, Stock.class})
    static class StockClients {}

    @Test
    void servicesAreServedWhileTheContextIsOpen() {
        SHOP.run(context -> {
            assertThat(context).hasNotFailed();
            try (IpcConnection quotes = IpcClient.connect("local:quotes")) {
                assertThat(quotes.request("price", new Ask("KRW"), Quote.class)).isEqualTo(new Quote("KRW", 101.25));
            }
        });
        assertThatThrownBy(() -> IpcClient.connect("local:quotes"))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ENDPOINT_NOT_FOUND));
    }

    @Test
    void aClientOfMarkedMethodsCallsServices() {
        SHOP.run(shop -> CLIENT.withPropertyValues("spring.application.name=none")
                .run(client -> {
                    QuotesClient quotes = client.getBean(QuotesClient.class);
                    assertThat(quotes.bid("KRW")).isEqualTo(101.25);
                    assertThat(quotes.priceLater(new Ask("KRW")).get().symbol()).isEqualTo("KRW for none");
                    assertThat(quotes.anyPrice(ValueSet.of("symbol", "USD")).getString("symbol"))
                            .isEqualTo("USD");
                    assertThat(AllItems.of(quotes.levels(new Ask("KRW"))).join())
                            .containsExactly(new Quote("KRW", 1), new Quote("KRW", 2));
                    assertThat(quotes)
                            .isIn(Set.of(client.getBean(QuotesClient.class)))
                            .hasToString(QuotesClient.class.getName() + " of the client quotes");
                    assertThat(client.getBean(IpcConnections.class).open()).containsOnlyKeys("quotes");
                }));
    }

    @Test
    void anInterfaceWithoutMarkedMethodsIsARemoteObject() {
        SHOP.run(shop -> CLIENT.run(client -> {
            Stock stock = client.getBean(Stock.class);
            assertThat(stock.take("book", 3)).isEqualTo(7);
            assertThat(stock.take("book", 3)).isEqualTo(4);
        }));
    }

    @Retention(RetentionPolicy.RUNTIME)
    @ImportIpcClients(Stock.class)
    @interface OfStock {}

    @Configuration(proxyBeanMethods = false)
    @OfStock
    static class StockOnly {}

    @Configuration(proxyBeanMethods = false)
    @OfStock
    @ImportIpcClients(QuotesClient.class)
    static class StockAndQuotes {}

    @Test
    void clientsAreImportedByAnAnnotationOfTheApplicationToo() {
        CONTEXT.withUserConfiguration(StockOnly.class)
                .run(context -> assertThat(context).hasSingleBean(Stock.class).doesNotHaveBean(QuotesClient.class));
        CONTEXT.withUserConfiguration(StockClients.class, StockAndQuotes.class)
                .run(context -> assertThat(context).hasSingleBean(Stock.class).hasSingleBean(QuotesClient.class));
        CONTEXT.withUserConfiguration(StockAndQuotes.class)
                .run(context -> assertThat(context).hasSingleBean(Stock.class).hasSingleBean(QuotesClient.class));
    }

    @Test
    void aClientConnectsWhenItIsUsedAndAgainAfterARestart() {
        CLIENT.run(client -> {
            QuotesClient quotes = client.getBean(QuotesClient.class);
            assertThatThrownBy(() -> quotes.bid("KRW")).isInstanceOf(IpcException.class);
            SHOP.run(shop -> assertThat(quotes.bid("KRW")).isEqualTo(101.25));
            SHOP.run(shop -> assertThat(quotes.bid("KRW")).isEqualTo(101.25));
        });
    }

    @Test
    @Logs("refused: at=local:quotes")
    void interceptorsAndPoliciesAreBeans() {
        SHOP.withUserConfiguration(Around.class).run(shop -> {
            CLIENT.withUserConfiguration(Tenant.class).run(client -> {
                QuotesClient quotes = client.getBean(QuotesClient.class);
                assertThat(quotes.priceLater(new Ask("KRW")).get().symbol()).isEqualTo("KRW for acme");
                assertThatThrownBy(() -> quotes.bid("KRW"))
                        .isInstanceOfSatisfying(
                                IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED));
            });
            assertThat(shop.getBean(AtomicInteger.class)).hasValue(1);
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class Around {
        @Bean
        AtomicInteger handled() {
            return new AtomicInteger();
        }

        @Bean
        Interceptor<CallContext> counting(AtomicInteger handled) {
            return (call, next) -> {
                handled.incrementAndGet();
                return next.proceed(call);
            };
        }

        @Bean
        AccessPolicy policy() {
            return (caller, service) -> !service.equals("price");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Tenant {
        @Bean
        Interceptor<OutgoingCall> tenant() {
            return (call, next) -> next.proceed(call.withMetadata(ValueSet.of("tenant", "acme")));
        }
    }

    /** It connects when the application starts: a client that only listens makes no call. */
    @Test
    void theServerOfAClientSendsItEvents() {
        SHOP.run(shop -> CLIENT.withUserConfiguration(Listener.class).run(client -> {
            shop.getBean(IpcServerLifecycle.class).server().broadcast("changed", new Ask("KRW"));
            assertThat(client.getBean(Listener.class).changed.take()).isEqualTo("KRW at local:quotes");
        }));
    }

    @IpcService(client = "quotes")
    static class Listener {
        final BlockingQueue<String> changed = new LinkedBlockingQueue<>();

        @IpcEvent
        void changed(Ask ask, Event event) {
            changed.add(ask.symbol() + " at " + event.connection().endpoint());
        }
    }

    @Test
    void aContextWithoutServicesHasNoServer() {
        CONTEXT.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(IpcServerLifecycle.class));
    }

    @Test
    void aCustomizerIsEnoughForAServer() {
        CONTEXT.withBean(IpcServerCustomizer.class, () -> server -> server.service("hi", request -> null))
                .withPropertyValues("valise.endpoint-override=local:customized")
                .run(context -> assertThat(IpcClientCalls.request("local:customized", "hi"))
                        .isEqualTo(ValueSet.empty()));
    }

    @Test
    void theNameOfTheApplicationIsItsAddress() {
        CONTEXT.withUserConfiguration(Listener.class, Named.class)
                .withPropertyValues("spring.application.name=named", "valise.clients.quotes.endpoint=any:named")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    IpcServer server = context.getBean(IpcServerLifecycle.class).server();
                    assertThat(server.endpoints())
                            .allMatch(endpoint -> endpoint.name().equals("named"));
                    assertThat(server.connections()).hasSize(1);
                });
    }

    @IpcService
    static class Named {
        @IpcHandler
        void done() {}

        @IpcHandler
        CompletableFuture<Quote> later(Ask ask) {
            return CompletableFuture.completedFuture(new Quote(ask.symbol(), 1));
        }

        @IpcHandler
        Quote known(Ask ask, Request request) {
            return new Quote(ask.symbol() + request.service(), 1);
        }

        @IpcHandler
        Flow.Publisher<ValueSet> sets(Ask ask, Request request) {
            throw new IllegalStateException("only its types are used: " + ask + request);
        }

        @IpcEvent
        void seen(Ask ask) {
            throw new IllegalStateException("only its type is used: " + ask);
        }
    }

    @Test
    void theSchemaTellsTheTypesOfHandlers() {
        CONTEXT.withUserConfiguration(Named.class)
                .withPropertyValues("valise.endpoint-override=local:named")
                .run(context -> {
                    try (IpcConnection named = IpcClient.connect("local:named")) {
                        assertThat(named.request("later", new Ask("KRW"), Quote.class))
                                .isEqualTo(new Quote("KRW", 1));
                        assertThat(named.request("done", ValueSet.empty())).isEqualTo(ValueSet.empty());
                        assertThat(named.request("known", new Ask("KRW"), Quote.class))
                                .isEqualTo(new Quote("KRWknown", 1));
                        assertThat(named.request("valise.schema", ValueSet.empty()).getList("offers").stream()
                                        .map(StarterTest::typesOf))
                                .containsExactly(
                                        "done Nothing ",
                                        "known Ask Quote",
                                        "later Ask Quote",
                                        "sets Ask ",
                                        "seen Ask ");
                    }
                });
    }

    /** The name of an offer, and of its types. */
    private static String typesOf(Object offer) {
        ValueSet set = (ValueSet) offer;
        return Stream.of("request", "answer")
                .map(form -> set.getValueSet(form, ValueSet.empty()).getString("name", ""))
                .collect(Collectors.joining(" ", set.getString("name") + ' ', ""));
    }

    @Test
    void aSecondServerIsABeanBesideThatOfTheServices() {
        SHOP.withBean(
                        "second",
                        IpcServerLifecycle.class,
                        () -> new IpcServerLifecycle(
                                () -> IpcServer.builder("local:second").service("hi", request -> null),
                                Duration.ofSeconds(30)))
                .run(context -> {
                    assertThat(IpcClientCalls.request("local:second", "hi")).isEqualTo(ValueSet.empty());
                    assertThat(IpcClientCalls.request("local:quotes", "valise.ping"))
                            .isEqualTo(ValueSet.empty());
                    assertThat(context.getBean(IpcServerLifecycle.class)).isSameAs(context.getBean("ipcServer"));
                });
    }

    @Test
    void aServerStopsAndStartsWithItsContext() {
        SHOP.run(context -> {
            IpcServerLifecycle server = context.getBean(IpcServerLifecycle.class);
            server.stop();
            assertThatThrownBy(server::server).isInstanceOf(IllegalStateException.class);
            server.start();
            assertThat(IpcClientCalls.request("local:quotes", "valise.ping")).isEqualTo(ValueSet.empty());
        });
    }

    @IpcService
    static class Stuck {
        final CountDownLatch asked = new CountDownLatch(1);

        @IpcHandler
        CompletionStage<ValueSet> never(ValueSet ask) {
            asked.countDown();
            return new CompletableFuture<>();
        }
    }

    @Test
    @Logs("calls were cut off, or clients did not take all replies: limit=PT0.001S")
    void aCallThatIsNotDoneInTimeIsCutOff() {
        CONTEXT.withBean(Stuck.class)
                .withPropertyValues("valise.endpoint-override=local:stuck", "valise.server.shutdown-grace=1ms")
                .run(context -> {
                    try (IpcConnection connection = IpcClient.connect("local:stuck")) {
                        CompletableFuture<ValueSet> reply = connection.requestAsync("never", ValueSet.empty());
                        context.getBean(Stuck.class).asked.await();
                        context.close();
                        assertThatThrownBy(reply::get).hasCauseInstanceOf(IpcException.class);
                    }
                });
    }

    @Test
    void aStartThatFailsLeavesNothingOpen() {
        assertFails(SHOP.withPropertyValues("valise.clients.none.connect-on-start=true"), "any:none");
        assertThatThrownBy(() -> IpcClient.connect("local:quotes")).isInstanceOf(IpcException.class);
        SHOP.run(shop -> {
            assertFails(CLIENT.withUserConfiguration(NoStock.class), "remote: expected=");
            IpcServer server = shop.getBean(IpcServerLifecycle.class).server();
            while (!server.connections().isEmpty()) { // the server learns a moment later that the client has closed
                Thread.onSpinWait();
            }
        });
    }

    @IpcService(client = "quotes", remote = Stock.class)
    static class NoStock {}

    @Test
    void whatIsWrongIsSaidWhenTheApplicationStarts() {
        assertFails(CONTEXT.withUserConfiguration(Named.class), "address of the server: expected=1 at least, actual=0");
        assertFails(SHOP.withUserConfiguration(Empty.class), "handlers: expected=1 at least, actual=0");
        assertFails(SHOP.withUserConfiguration(TwoMessages.class), "put all values into a record");
        assertFails(SHOP.withPropertyValues("valise.server.max-message-size=1B"), "limit");
    }

    private static void assertFails(ApplicationContextRunner application, String why) {
        application.run(context -> assertThat(context)
                .getFailure()
                .satisfies(failure -> assertThat(failure).hasStackTraceContaining(why)));
    }

    @IpcService
    static class Empty {}

    @IpcService
    static class TwoMessages {
        @IpcHandler
        Quote add(Ask one, Ask other) {
            return new Quote(one.symbol() + other.symbol(), 1);
        }
    }
}
