package io.valise.ipc.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.services.objects.RemoteObjects;
import io.valise.ipc.spring.shop.Ask;
import io.valise.ipc.spring.shop.Quote;
import io.valise.ipc.spring.stock.Stock;
import io.valise.ipc.testlog.MayLog;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Services that methods make which return an interface. A client may close while its server does. */
@MayLog("clients did not take all replies: limit=PT29S")
class InterfaceBeansTest {
    private static final String SERVER = "local:interface-beans";

    private static final ApplicationContextRunner CONTEXT = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(IpcAutoConfiguration.class))
            .withPropertyValues("valise.endpoint-override=" + SERVER);

    interface Prices {
        @IpcHandler
        Quote price(Ask ask);
    }

    @IpcService
    static class FixedPrices implements Prices {
        @Override
        public Quote price(Ask ask) {
            return new Quote(ask.symbol(), 1);
        }
    }

    private static double bid() {
        try (IpcConnection connection = IpcClient.connect(SERVER)) {
            return connection.request("price", new Ask("KRW"), Quote.class).bid();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OfPrices {
        @Bean
        Prices prices() {
            return new FixedPrices();
        }
    }

    @Test
    void whatAMethodReturnsIsAServiceIfItsClassIs() {
        CONTEXT.withUserConfiguration(OfPrices.class).run(context -> {
            assertThat(context).hasSingleBean(IpcServerLifecycle.class).hasBean("ipcServer");
            assertThat(bid()).isEqualTo(1);
            context.close();
            CONTEXT.withUserConfiguration(OfPrices.class)
                    .run(next -> assertThat(bid()).isEqualTo(1));
        });
    }

    @Test
    void aContextThatIsStoppedAndStartedServesThemAgain() {
        CONTEXT.withUserConfiguration(OfPrices.class).run(context -> {
            ConfigurableApplicationContext source =
                    context.getSourceApplicationContext(ConfigurableApplicationContext.class);
            source.stop();
            assertThat(context.getBean(IpcServerLifecycle.class).isRunning()).isFalse();
            source.start();
            assertThat(bid()).isEqualTo(1);
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class OfProxy {
        @Bean
        Prices prices() {
            return (Prices)
                    new ProxyFactory(new FixedPrices()).getProxy(getClass().getClassLoader());
        }
    }

    @Test
    void theClassOfAProxyIsThatOfItsTarget() {
        CONTEXT.withUserConfiguration(OfProxy.class)
                .run(context -> assertThat(bid()).isEqualTo(1));
    }

    interface Changes {
        @IpcEvent
        void changed(Ask ask);
    }

    @IpcService(client = "self")
    static class SeenChanges implements Changes {
        final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

        @Override
        public void changed(Ask ask) {
            seen.add(ask.symbol());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OfChanges {
        @Bean
        Changes changes() {
            return new SeenChanges();
        }
    }

    @Test
    void aClientWithSuchHandlersConnectsWhenTheApplicationStarts() {
        CONTEXT.withUserConfiguration(OfPrices.class, OfChanges.class).run(context -> {
            context.getBean(IpcServerLifecycle.class).server().broadcast("changed", new Ask("KRW"));
            assertThat(((SeenChanges) context.getBean(Changes.class)).seen.take())
                    .isEqualTo("KRW");
        });
    }

    /** A class of another library, that knows nothing of services. */
    static class Shelf implements Stock {
        @Override
        public int take(String item, int count) {
            return count;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Marked {
        @Bean
        @IpcService(remote = Stock.class)
        Stock stock(IpcServerLifecycle server) {
            return new Shelf();
        }

        @Bean
        @IpcService
        Prices prices() {
            return new FixedPrices();
        }
    }

    @Test
    void aMethodThatIsMarkedMakesAServiceOfWhatItReturns() {
        CONTEXT.withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .withUserConfiguration(Marked.class)
                .run(context -> {
                    assertThat(bid()).isEqualTo(1);
                    try (IpcConnection connection = IpcClient.connect(SERVER)) {
                        assertThat(RemoteObjects.of(connection)
                                        .remote(Stock.class)
                                        .take("book", 3))
                                .isEqualTo(3);
                    }
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class MarkedOtherwise {
        @Bean
        @IpcService(client = "none")
        Prices prices() {
            return new FixedPrices();
        }

        @Bean
        IpcServerCustomizer server() {
            return server -> server.service("hi", request -> null);
        }
    }

    @Test
    void theMarkOfTheMethodIsAboveThatOfTheClass() {
        CONTEXT.withUserConfiguration(MarkedOtherwise.class)
                .run(context ->
                        assertThat(context.getBean(IpcConnections.class).open()).containsOnlyKeys("none"));
    }
}
