package io.valise.ipc.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spring.shop.Ask;
import io.valise.ipc.spring.shop.Quote;
import io.valise.ipc.spring.stock.Stock;
import java.util.concurrent.atomic.AtomicInteger;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;

/** Which beans may have handlers, and what is said of those which may not. */
class ServiceBeansTest {
    private static final String SERVER = "local:service-beans";

    private static final ApplicationContextRunner CONTEXT = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(IpcAutoConfiguration.class))
            .withPropertyValues("valise.endpoint-override=" + SERVER);

    interface Priced<T> {
        @IpcHandler
        Quote price(T ask);
    }

    static class Base implements Priced<Ask> {
        @Override
        public Quote price(Ask ask) {
            return new Quote(ask.symbol(), 1);
        }

        @IpcHandler
        Quote twice(Ask ask) {
            return new Quote(ask.symbol(), 2);
        }

        @IpcHandler
        static Quote half(Ask ask) {
            return new Quote(ask.symbol(), 0.5);
        }
    }

    @IpcService
    static class Derived extends Base {
        @Override
        Quote twice(Ask ask) {
            return new Quote(ask.symbol(), 4);
        }
    }

    /** As of aspects: the bean {@code service} is an object of a class that is made for it. */
    @Configuration(proxyBeanMethods = false)
    static class Proxied {
        @Bean
        static AtomicInteger calls() {
            return new AtomicInteger();
        }

        @Bean
        static MethodInterceptor counting(AtomicInteger calls) {
            return call -> {
                calls.incrementAndGet();
                return call.proceed();
            };
        }

        @Bean
        static BeanNameAutoProxyCreator proxies() {
            BeanNameAutoProxyCreator proxies = new BeanNameAutoProxyCreator();
            proxies.setBeanNames("service");
            proxies.setInterceptorNames("counting");
            proxies.setProxyTargetClass(true);
            return proxies;
        }
    }

    private static double bid(String service) {
        try (IpcConnection connection = IpcClient.connect(SERVER)) {
            return connection.request(service, new Ask("KRW"), Quote.class).bid();
        }
    }

    @Test
    void methodsThatInterfacesAndSuperclassesMarkAreHandlers() {
        CONTEXT.withBean("service", Derived.class).run(context -> {
            assertThat(bid("price")).isEqualTo(1);
            assertThat(bid("twice")).isEqualTo(4);
            assertThat(bid("half")).isEqualTo(0.5);
        });
    }

    @Test
    void handlersAreCalledThroughTheProxyOfTheirBean() {
        CONTEXT.withUserConfiguration(Proxied.class)
                .withBean("service", Derived.class)
                .run(context -> {
                    assertThat(bid("price")).isEqualTo(1);
                    assertThat(bid("twice")).isEqualTo(4);
                    assertThat(context.getBean(AtomicInteger.class)).hasValue(2);
                });
    }

    @Test
    void aServerStartsWhereBeansAreLazy() {
        CONTEXT.withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .withBean("service", Derived.class)
                .run(context -> assertThat(bid("price")).isEqualTo(1));
    }

    @IpcService
    @Scope(value = "prototype", proxyMode = ScopedProxyMode.TARGET_CLASS)
    static class PerCall {
        private int calls;

        @IpcHandler
        Quote count(Ask ask) {
            return new Quote(ask.symbol(), ++calls);
        }
    }

    @Test
    void aScopedProxyBringsABeanForEachCall() {
        CONTEXT.withUserConfiguration(PerCall.class).run(context -> {
            assertThat(bid("count")).isEqualTo(1);
            assertThat(bid("count")).isEqualTo(1);
        });
    }

    @IpcService
    @Scope("prototype")
    static class Prototype extends Base {}

    @IpcService
    static class Overloaded {
        @IpcHandler
        Quote price(Ask ask) {
            return new Quote(ask.symbol(), 1);
        }

        @IpcHandler
        ValueSet price(ValueSet ask) {
            return ask;
        }
    }

    @IpcService
    static class Listener {
        @IpcEvent
        void changed(Ask ask) {}
    }

    @IpcService
    static class OtherListener {
        @IpcEvent("changed")
        void alsoChanged(Ask ask) {}
    }

    @IpcService
    static class Private {
        @IpcHandler
        @SuppressWarnings("UnusedMethod") // called by reflection
        private Quote price(Ask ask) {
            return new Quote(ask.symbol(), 1);
        }
    }

    @IpcService
    static class Final {
        @IpcHandler
        final Quote price(Ask ask) {
            return new Quote(ask.symbol(), 1);
        }
    }

    @IpcService(remote = Stock.class)
    static class NoStock {}

    @Test
    void whatIsWrongWithABeanIsSaidWithItsName() {
        assertFails(CONTEXT.withUserConfiguration(Prototype.class), "Prototype: scope: expected=singleton");
        assertFails(
                CONTEXT.withBean("overloaded", Overloaded.class),
                "bean overloaded: ",
                "handlers of service price: limit=1");
        assertFails(
                CONTEXT.withBean(Listener.class).withBean("other", OtherListener.class),
                "bean other: ",
                "OtherListener.alsoChanged",
                "handlers of event changed: limit=1, actual=2, the other is ");
        assertFails(
                CONTEXT.withBean("service", NoStock.class), "bean service: remote: expected=" + Stock.class.getName());
        ApplicationContextRunner proxied = CONTEXT.withUserConfiguration(Proxied.class);
        assertFails(proxied.withBean("service", Private.class), "bean service: ", "'price'", "package or protected");
        assertFails(proxied.withBean("service", Final.class), "bean service: ", "Final.price", "remove final");
    }

    private static void assertFails(ApplicationContextRunner application, String... why) {
        application.run(context -> {
            assertThat(context).hasFailed();
            for (String part : why) {
                assertThat(context.getStartupFailure()).hasStackTraceContaining(part);
            }
        });
    }
}
