package io.valise.ipc.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.valise.ipc.CallContext;
import io.valise.ipc.Interceptor;
import io.valise.ipc.OutgoingCall;
import io.valise.ipc.micrometer.CallTimers;
import io.valise.ipc.opentelemetry.IpcTelemetry;
import io.valise.ipc.spring.shop.QuotesClient;
import io.valise.ipc.spring.shop.ShopApplication;
import io.valise.ipc.testlog.MayLog;
import java.util.Collection;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ResolvableType;

/** What servers and clients tell Micrometer and OpenTelemetry by themselves, in whole applications of Spring Boot. A client may close while its server does. */
@MayLog("clients did not take all replies: limit=PT29S")
class TelemetryTest {
    /** Its client calls its server. */
    private static final ApplicationContextRunner SHOP = new ApplicationContextRunner()
            .withUserConfiguration(ShopApplication.class)
            .withPropertyValues("valise.endpoint-override=local:telemetry");

    private static void call(ApplicationContext shop) {
        assertThat(shop.getBean(QuotesClient.class).bid("KRW")).isEqualTo(101.25);
    }

    private static void assertOneCall(MeterRegistry registry) {
        for (String timer : new String[] {"valise.server.calls", "valise.client.calls"}) {
            assertThat(registry.get(timer).tag("service", "price").timer().count())
                    .isEqualTo(1);
        }
    }

    /** At each end. */
    private static void assertOneConnection(MeterRegistry registry) {
        assertThat(connections(registry, "server", "ipcServer"))
                .singleElement()
                .satisfies(gauge -> assertThat(gauge.value()).isEqualTo(1));
        assertThat(connections(registry, "client", "quotes"))
                .singleElement()
                .satisfies(gauge -> assertThat(gauge.value()).isEqualTo(1));
    }

    private static Collection<Gauge> connections(MeterRegistry registry, String side, String name) {
        return registry.find("valise.connections")
                .tag("side", side)
                .tag("name", name)
                .gauges();
    }

    @Test
    void callsAreTimedAndCountedInTheRegistryOfTheApplication() {
        SHOP.run(shop -> {
            call(shop);
            MeterRegistry registry = shop.getBean(MeterRegistry.class);
            assertOneCall(registry);
            assertOneConnection(registry);
        });
    }

    @Test
    void aServerOrConnectionThatFollowsAnotherTakesItsMeters() {
        SHOP.withPropertyValues("valise.clients.quotes.reconnect=false").run(shop -> {
            MeterRegistry registry = shop.getBean(MeterRegistry.class);
            call(shop);
            shop.getBean(IpcConnections.class).get("quotes").close();
            IpcServerLifecycle server = shop.getBean(IpcServerLifecycle.class);
            server.stop();
            assertThat(connections(registry, "server", "ipcServer")).isEmpty();
            server.start();
            call(shop);
            assertOneConnection(registry);
            shop.getBean(IpcConnections.class).destroy();
            assertThat(connections(registry, "client", "quotes")).isEmpty();
        });
    }

    @Test
    void ofSeveralRegistriesAllThatSpringBootJoinsAreTold() {
        SHOP.withBean("one", SimpleMeterRegistry.class)
                .withBean("other", SimpleMeterRegistry.class)
                .run(shop -> {
                    call(shop);
                    assertOneCall(shop.getBean("one", MeterRegistry.class));
                    assertOneCall(shop.getBean("other", MeterRegistry.class));
                });
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(IpcAutoConfiguration.class, IpcMicrometerAutoConfiguration.class))
                .withBean("one", SimpleMeterRegistry.class)
                .withBean("other", SimpleMeterRegistry.class)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(CallTimers.class));
    }

    @Test
    void lazyBeansAreObservedToo() {
        SHOP.withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(shop -> {
                    call(shop);
                    MeterRegistry registry = shop.getBean(MeterRegistry.class);
                    assertOneCall(registry);
                    assertThat(connections(registry, "server", "ipcServer")).hasSize(1);
                    assertThat(connections(registry, "client", "quotes")).hasSize(1);
                });
    }

    @Test
    void aBeanOfTheApplicationTakesThePlaceOfTheTimers() {
        SHOP.withBean(SimpleMeterRegistry.class)
                .withUserConfiguration(Tagged.class)
                .run(shop -> {
                    call(shop);
                    assertThat(shop.getBean(MeterRegistry.class)
                                    .get("valise.server.calls")
                                    .tag("shop", "north")
                                    .timer()
                                    .count())
                            .isEqualTo(1);
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class Tagged {
        @Bean
        static CallTimers timers(MeterRegistry registry) {
            return CallTimers.of(registry, Tag.of("shop", "north"));
        }
    }

    @Test
    void spansOfACallAreOneTrace() {
        SHOP.withUserConfiguration(Traced.class).run(shop -> {
            call(shop);
            assertThat(shop.getBean(InMemorySpanExporter.class).getFinishedSpanItems())
                    .extracting(SpanData::getKind)
                    .containsExactlyInAnyOrder(SpanKind.SERVER, SpanKind.CLIENT);
            assertThat(shop.getBean(InMemorySpanExporter.class).getFinishedSpanItems())
                    .extracting(SpanData::getTraceId)
                    .containsOnly(shop.getBean(InMemorySpanExporter.class)
                            .getFinishedSpanItems()
                            .get(0)
                            .getTraceId());
        });
    }

    @Test
    void spansAreAroundTimers() {
        SHOP.withUserConfiguration(Traced.class).run(shop -> {
            assertThat(interceptors(shop, CallContext.class))
                    .containsExactly(shop.getBean("ipcHandlerSpans"), shop.getBean("ipcHandlerTimer"));
            assertThat(interceptors(shop, OutgoingCall.class))
                    .containsExactly(shop.getBean("ipcCallSpans"), shop.getBean("ipcCallTimer"));
        });
    }

    /** In the order in which builders are given them. */
    private static Stream<Object> interceptors(ApplicationContext shop, Class<?> call) {
        return shop.getBeanProvider(ResolvableType.forClassWithGenerics(Interceptor.class, call))
                .orderedStream();
    }

    @Configuration(proxyBeanMethods = false)
    static class Traced {
        @Bean
        static InMemorySpanExporter spans() {
            return InMemorySpanExporter.create();
        }

        @Bean
        static OpenTelemetry openTelemetry(InMemorySpanExporter spans) {
            return OpenTelemetrySdk.builder()
                    .setTracerProvider(SdkTracerProvider.builder()
                            .addSpanProcessor(SimpleSpanProcessor.create(spans))
                            .build())
                    .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
                    .build();
        }
    }

    @Test
    void eachIsSwitchedOff() {
        SHOP.withUserConfiguration(Traced.class)
                .withPropertyValues("valise.micrometer.enabled=false", "valise.opentelemetry.enabled=false")
                .run(shop -> {
                    call(shop);
                    assertThat(shop).doesNotHaveBean(CallTimers.class).doesNotHaveBean(IpcTelemetry.class);
                    assertThat(shop.getBean(MeterRegistry.class).getMeters())
                            .noneMatch(meter -> meter.getId().getName().startsWith("valise."));
                    assertThat(shop.getBean(InMemorySpanExporter.class).getFinishedSpanItems())
                            .isEmpty();
                });
    }

    @Test
    void aSwitchThatIsNeitherOnNorOffIsNamed() {
        SHOP.withPropertyValues("valise.micrometer.enabled=maybe")
                .run(shop -> assertThat(shop).getFailure().hasStackTraceContaining("valise.micrometer.enabled"));
    }
}
