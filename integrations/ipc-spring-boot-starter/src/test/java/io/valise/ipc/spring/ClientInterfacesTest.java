package io.valise.ipc.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.services.objects.RemoteInterface;
import io.valise.ipc.services.objects.RemoteObject;
import io.valise.ipc.spring.shop.Ask;
import io.valise.ipc.spring.shop.Quote;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

/** Which interfaces are clients, and what their methods do that have a body. */
class ClientInterfacesTest {
    private static final ApplicationContextRunner CONTEXT = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(IpcAutoConfiguration.class))
            .withUserConfiguration(Prices.class, Stores.class)
            .withPropertyValues("valise.endpoint-override=local:interfaces");

    @IpcService
    static class Prices {
        @IpcHandler
        Quote price(Ask ask) {
            return new Quote(ask.symbol(), 101.25);
        }
    }

    @IpcService(remote = {Shelf.class, Store.class})
    static class Stores implements Shelf, Store {
        @Override
        public int count() {
            return 7;
        }

        @Override
        public String place() {
            return "of the server";
        }
    }

    interface Priced<M> {
        Quote price(M message);
    }

    @IpcClient("prices")
    public interface Bodies extends Priced<Ask> {
        @Override
        @IpcHandler
        Quote price(Ask ask);

        static Ask ask(String symbol) {
            return new Ask(symbol);
        }

        private Supplier<Quote> later(String symbol) {
            return () -> price(ask(symbol));
        }

        default Quote price(String symbol) {
            return later(symbol).get();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportIpcClients(Bodies.class)
    static class WithBodies {}

    @Test
    void onlyAbstractMethodsAreMarked() {
        CONTEXT.withUserConfiguration(WithBodies.class).run(context -> {
            assertThat(context).hasNotFailed();
            Bodies prices = context.getBean(Bodies.class);
            assertThat(prices.price("KRW")).isEqualTo(new Quote("KRW", 101.25));
            Priced<Ask> priced = prices;
            assertThat(priced.price(new Ask("USD"))).isEqualTo(new Quote("USD", 101.25));
        });
    }

    @IpcClient("prices")
    interface Hidden {
        @IpcHandler
        Quote price(Ask ask);
    }

    @Configuration(proxyBeanMethods = false)
    @ImportIpcClients(Hidden.class)
    static class WithHidden {}

    @Test
    void anInterfaceOfMarkedMethodsNeedNotBePublic() {
        CONTEXT.withUserConfiguration(WithHidden.class)
                .run(context -> assertThat(context.getBean(Hidden.class).price(new Ask("KRW")))
                        .isEqualTo(new Quote("KRW", 101.25)));
    }

    @IpcClient("prices")
    interface HiddenBody extends Hidden {
        default Quote price(String symbol) {
            return price(new Ask(symbol));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportIpcClients(HiddenBody.class)
    static class WithHiddenBody {}

    @Test
    void oneWithBodiesIsPublic() {
        CONTEXT.withUserConfiguration(WithHiddenBody.class)
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining("make the interface public"));
    }

    @IpcClient("prices")
    interface TextClient {
        @IpcHandler
        String name(Ask ask);
    }

    @IpcClient("prices")
    interface NothingsClient {
        @IpcHandler
        Flow.Publisher<Void> nothings(Ask ask);
    }

    @Configuration(proxyBeanMethods = false)
    @ImportIpcClients(TextClient.class)
    static class WithText {}

    @Configuration(proxyBeanMethods = false)
    @ImportIpcClients(NothingsClient.class)
    static class WithNothings {}

    @ParameterizedTest
    @ValueSource(classes = {WithText.class, WithNothings.class})
    void aTypeThatIsNoMessageIsRefusedAtTheStart(Class<?> client) {
        CONTEXT.withUserConfiguration(client)
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining(" is no message; "));
    }

    /** Not public, of which a part has a body. */
    @RemoteInterface
    @IpcClient("prices")
    interface Shelf {
        int count();

        default String place() {
            return "of the client";
        }
    }

    @IpcClient("prices")
    interface Store extends RemoteObject {
        int count();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportIpcClients({Shelf.class, Store.class})
    static class WithObjects {}

    @Test
    void allMethodsOfARemoteObjectAreItsOwn() {
        CONTEXT.withUserConfiguration(WithObjects.class).run(context -> {
            Shelf shelf = context.getBean("io.valise.ipc.spring.ClientInterfacesTest$Shelf", Shelf.class);
            assertThat(shelf.count()).isEqualTo(7);
            assertThat(shelf.place()).isEqualTo("of the server");
            Store store = context.getBean("io.valise.ipc.spring.ClientInterfacesTest$Store", Store.class);
            assertThat(store.count()).isEqualTo(7);
            assertThat(store.as(Shelf.class).place()).isEqualTo("of the server");
        });
    }
}
