package io.valise.ipc.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.Event;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spring.shop.Ask;
import io.valise.ipc.spring.shop.Quote;
import io.valise.ipc.testlog.MayLog;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What handlers may be, and what becomes of their calls. A client may close while its server does. */
@MayLog("clients did not take all replies: limit=PT29S")
class HandlersTest {
    private static final ApplicationContextRunner CONTEXT = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(IpcAutoConfiguration.class))
            .withPropertyValues("valise.endpoint-override=local:handlers");

    /** Its replies never come. */
    @IpcService
    static class Pending {
        final BlockingQueue<CompletableFuture<?>> asked = new LinkedBlockingQueue<>();

        @IpcHandler
        CompletableFuture<Quote> typed(Ask ask) {
            return add(new CompletableFuture<>());
        }

        @IpcHandler
        CompletableFuture<Quote> withRequest(Ask ask, Request request) {
            return add(new CompletableFuture<>());
        }

        @IpcHandler
        CompletableFuture<Void> empty(Ask ask) {
            return add(new CompletableFuture<>());
        }

        @IpcHandler
        CompletableFuture<ValueSet> untyped(ValueSet ask) {
            return add(new CompletableFuture<>());
        }

        private <T> CompletableFuture<T> add(CompletableFuture<T> reply) {
            asked.add(reply);
            return reply;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"typed", "withRequest", "empty", "untyped"})
    void aRequestThatIsCancelledCancelsTheFutureOfItsHandler(String service) {
        CONTEXT.withUserConfiguration(Pending.class).run(context -> {
            try (IpcConnection connection = IpcClient.connect("local:handlers")) {
                CompletableFuture<ValueSet> reply = connection.requestAsync(service, ValueSet.of("symbol", "KRW"));
                CompletableFuture<?> asked =
                        context.getBean(Pending.class).asked.take();
                CompletableFuture<Boolean> cancelled = asked.handle((none, failure) -> asked.isCancelled());
                reply.cancel(false);
                assertThat(cancelled.get()).isTrue();
            }
        });
    }

    @IpcService
    static class TakesText {
        @IpcHandler
        void put(String text) {}
    }

    @IpcService
    static class TakesTextOfEvents {
        @IpcEvent
        void seen(String text, Event event) {}
    }

    @IpcService
    static class AnswersNumber {
        @IpcHandler
        int count(Ask ask, Request request) {
            return 1;
        }
    }

    @IpcService
    static class AnswersTextLater {
        @IpcHandler
        CompletableFuture<String> name(Request request) {
            return CompletableFuture.completedFuture("name");
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {TakesText.class, TakesTextOfEvents.class, AnswersNumber.class, AnswersTextLater.class})
    void aTypeThatIsNoMessageIsRefusedAtTheStart(Class<?> service) {
        assertFails(CONTEXT.withUserConfiguration(service), " is no message; ", service.getName());
    }

    @IpcService
    static class Seeing {
        @IpcEvent
        void seen(Ask ask) {}
    }

    /** Tells its type only when it is made, for which it is too early while conditions are evaluated. */
    static class Factory implements FactoryBean<Object> {
        static final AtomicInteger MADE = new AtomicInteger();

        Factory() {
            MADE.incrementAndGet();
        }

        @Override
        public Object getObject() {
            return "made";
        }

        @Override
        public Class<?> getObjectType() {
            return String.class;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithFactory {
        @Bean
        static Factory factory() {
            return new Factory();
        }

        /** Runs when all beans are defined. */
        @Bean
        static BeanFactoryPostProcessor madeNone() {
            return beans -> assertThat(Factory.MADE).hasValue(0);
        }
    }

    @Test
    void noFactoryIsMadeToFindServices() {
        CONTEXT.withUserConfiguration(WithFactory.class, Seeing.class)
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(IpcServerLifecycle.class));
    }

    private static void assertFails(ApplicationContextRunner application, String... why) {
        application.run(context -> {
            for (String part : why) {
                assertThat(context).getFailure().hasStackTraceContaining(part);
            }
        });
    }
}
