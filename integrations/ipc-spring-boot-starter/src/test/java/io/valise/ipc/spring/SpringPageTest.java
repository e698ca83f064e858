package io.valise.ipc.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The settings of docs/spring-boot.md. Its Java is that of {@code ShopApplication}. */
class SpringPageTest {
    private static final Pattern SETTINGS = Pattern.compile("(?s)```properties\n(.*?)```");
    private static final Pattern NAME = Pattern.compile("\"name\": \"(valise\\.[a-z.-]+)\",\\s+\"type\"");

    private static String page() throws IOException {
        return Files.readString(Path.of("../../docs/spring-boot.md"));
    }

    @Test
    void theSettingsThatThePageShowsAreBound() throws IOException {
        Matcher block = SETTINGS.matcher(page());
        assertThat(block.find()).isTrue();
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(IpcAutoConfiguration.class))
                .withPropertyValues(block.group(1).split("\n"))
                .run(context -> {
                    IpcProperties bound = context.getBean(IpcProperties.class);
                    assertThat(bound.server().endpoints()).containsExactly("any:shop", "local:shop");
                    assertThat(bound.server().shutdownGrace()).isEqualTo(Duration.ofSeconds(20));
                    IpcProperties.Client quotes = bound.client("quotes");
                    assertThat(quotes.endpoint()).isEqualTo("pipe:quotes");
                    assertThat(quotes.requestTimeout()).isEqualTo(Duration.ofSeconds(5));
                    assertThat(quotes.idempotent()).containsExactly("price");
                    assertThat(quotes.reconnect()).isTrue();
                });
    }

    /** The metadata is what editors show. */
    @Test
    void thePageHasAllSettings() throws IOException {
        try (InputStream metadata = Objects.requireNonNull(
                IpcProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json"))) {
            List<String> names = NAME.matcher(new String(metadata.readAllBytes(), StandardCharsets.UTF_8))
                    .results()
                    .map(found -> found.group(1))
                    .filter(name -> !name.equals("valise.clients") && !name.equals("valise.server"))
                    .toList();
            assertThat(names).hasSizeGreaterThan(5).contains("valise.server.endpoints");
            assertThat(page()).contains(names);
        }
    }
}
