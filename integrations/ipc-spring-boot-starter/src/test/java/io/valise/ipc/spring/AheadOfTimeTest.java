package io.valise.ipc.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.proxies;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.reflection;

import io.valise.ipc.Request;
import io.valise.ipc.spring.shop.Ask;
import io.valise.ipc.spring.shop.Quote;
import io.valise.ipc.spring.shop.QuotesClient;
import io.valise.ipc.spring.stock.Stock;
import io.valise.ipc.testkit.process.ClassPath;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.FileSystemGeneratedFiles;
import org.springframework.aot.generate.GeneratedFiles;
import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.javapoet.ClassName;

/** What Spring's ahead-of-time processing makes of applications, as it does for native images. */
class AheadOfTimeTest {
    enum Side {
        BID
    }

    sealed interface Order permits Limit {}

    record Limit(Side side, Optional<Leg[]> legs) implements Order {}

    record Leg(Map<String, List<? extends Lot>> lots, List<? extends Rest> rests) {}

    sealed interface Rest permits Dust {}

    record Dust(int size) implements Rest {}

    record Lot(int size) {}

    record Trade(Order order) {}

    record Fill<T>(T of) {}

    record Fee(double amount) {}

    interface Book<T> {
        Fill<T> fill(T trade, Consumer<? super Fee> fees, Stock stock) throws TimeoutException;

        T[] fills(Fill<? extends Rest> last);
    }

    @IpcClient("desk")
    interface Desk extends Book<Lot> {}

    interface Marked {
        @IpcHandler
        void trade(Trade trade);
    }

    static class Base implements Marked {
        @Override
        public void trade(Trade trade) {}

        @IpcHandler
        Leg leg(Request request) {
            return new Leg(Map.of(), List.of());
        }
    }

    @IpcService(remote = Stock.class)
    static class Service extends Base implements Stock {
        @Override
        public int take(String item, int count) {
            return 0;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(IpcAutoConfiguration.class)
    static class Services {
        @Bean
        @Scope(value = "prototype", proxyMode = ScopedProxyMode.TARGET_CLASS)
        static Service service() {
            return new Service();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(IpcAutoConfiguration.class)
    @ImportIpcClients({QuotesClient.class, Desk.class})
    static class Clients {}

    /** Of {@link AheadOfTimeProgram}; marked by the method that makes it, above the mark of its class. */
    @IpcService(client = "another")
    static class Currencies {
        @IpcHandler
        Quote convert(Ask ask) {
            return new Quote("converted " + ask.symbol(), 1);
        }
    }

    private static RuntimeHints process(GeneratedFiles files, Class<?> configuration) {
        try (AnnotationConfigApplicationContext application = new AnnotationConfigApplicationContext()) {
            application.register(configuration);
            DefaultGenerationContext generated =
                    new DefaultGenerationContext(new ClassNameGenerator(ClassName.get(configuration)), files);
            new ApplicationContextAotGenerator().processAheadOfTime(application, generated);
            generated.writeGeneratedContent();
            return generated.getRuntimeHints();
        }
    }

    private static void assertMessages(RuntimeHints hints, Class<?>... records) throws NoSuchMethodException {
        for (Class<?> type : records) {
            for (var component : type.getRecordComponents()) {
                assertThat(reflection().onMethod(component.getAccessor()).invoke())
                        .as(component.toString())
                        .accepts(hints);
            }
            assertThat(reflection()
                            .onConstructor(type.getDeclaredConstructors()[0])
                            .invoke())
                    .as(type.getName())
                    .accepts(hints);
        }
    }

    @Test
    void handlersAndWhatTheirMessagesContainAreListed() throws Exception {
        RuntimeHints hints = process(new InMemoryGeneratedFiles(), Services.class);
        assertThat(reflection()
                        .onMethod(Service.class.getMethod("trade", Trade.class))
                        .invoke())
                .accepts(hints);
        assertThat(reflection()
                        .onMethod(Marked.class.getMethod("trade", Trade.class))
                        .invoke())
                .accepts(hints);
        assertThat(reflection()
                        .onMethod(Base.class.getDeclaredMethod("leg", Request.class))
                        .invoke())
                .accepts(hints);
        assertThat(reflection()
                        .onMethod(Stock.class.getMethod("take", String.class, int.class))
                        .invoke())
                .accepts(hints);
        assertMessages(hints, Trade.class, Limit.class, Leg.class, Lot.class, Dust.class, ServiceMethod.Nothing.class);
        assertThat(reflection().onType(Side.class)).accepts(hints);
        assertThat(reflection().onType(Quote.class)).rejects(hints);
    }

    @Test
    void clientsAndTheInterfacesThatTheyNameAreListed() throws Exception {
        RuntimeHints hints = process(new InMemoryGeneratedFiles(), Clients.class);
        for (Class<?> type : List.of(QuotesClient.class, Desk.class, Consumer.class, Stock.class)) {
            assertThat(proxies().forInterfaces(type)).as(type.getName()).accepts(hints);
        }
        assertThat(reflection()
                        .onMethod(QuotesClient.class.getMethod("bid", String.class))
                        .invoke())
                .accepts(hints);
        assertThat(reflection()
                        .onMethod(Book.class.getMethod("fill", Object.class, Consumer.class, Stock.class))
                        .invoke())
                .accepts(hints);
        assertMessages(hints, Ask.class, Quote.class, Fill.class, Lot.class, Fee.class, Dust.class);
        assertThat(reflection()
                        .onConstructor(TimeoutException.class.getDeclaredConstructor(String.class))
                        .invoke())
                .accepts(hints);
        assertThat(reflection().onType(Leg.class)).rejects(hints);
    }

    @Test
    void theGeneratedCodeOfAnApplicationServesAndCalls(@TempDir Path folder) throws Exception {
        Path classes = Files.createDirectory(folder.resolve("classes"));
        Path sources = folder.resolve("sources");
        process(
                new FileSystemGeneratedFiles(kind -> kind == Kind.SOURCE ? sources : classes),
                AheadOfTimeProgram.class);
        compile(sources, classes);
        ForkedJvm.Ended program = ForkedJvm.run(
                ClassPath.ofThisJvm().with(classes),
                List.of("-Dspring.aot.enabled=true", "-Dlogging.level.root=warn"),
                AheadOfTimeProgram.class);
        assertThat(program.printed().lines())
                .containsExactly(
                        new Quote("KRW", 101.25).toString(),
                        new Quote("USD for none", 101.25).toString(),
                        "101.25",
                        "7",
                        new Quote("converted KRW", 1).toString());
        assertThat(program.status()).isZero();
    }

    private static void compile(Path sources, Path classes) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "-proc:none", "-cp", classes + File.pathSeparator + ClassPath.ofThisJvm(), "-d", classes.toString()));
        try (Stream<Path> files = Files.walk(sources)) {
            files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(arguments::add);
        }
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, said, arguments.toArray(String[]::new)))
                .as(said::toString)
                .isZero();
    }
}
