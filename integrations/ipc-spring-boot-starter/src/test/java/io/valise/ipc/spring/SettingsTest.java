package io.valise.ipc.spring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Wrong settings fail the start, and the message names the property and its value. */
class SettingsTest {
    private static final ApplicationContextRunner CONTEXT = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(IpcAutoConfiguration.class))
            .withBean(IpcServerCustomizer.class, () -> server -> server.service("hi", request -> null));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    valise.server.max-message-size=3GB       | 3221225472B: maxMessageBytes: limit=4096 to 1073741824
                    valise.server.request-timeout=0s         | PT0S: requestTimeout: must be positive
                    valise.server.endpoints=shop             | [shop]:
                    valise.endpoint-override=local:two words | two words:
                    valise.clients.a.max-message-size=-3GB   | -3221225472B: maxMessageBytes: limit=4096 to 1073741824
                    valise.clients.a.connect-timeout=-1s     | PT-1S:
                    valise.clients.a.endpoint=a              | a:
                    """)
    void aPropertyThatIsRefusedIsNamed(String property, String why) {
        assertFails(property, property.substring(0, property.indexOf('=') + 1), why, "; change the property");
    }

    @Test
    void aNameThatIsNoAddressLeadsToTheOtherProperty() {
        CONTEXT.withPropertyValues("spring.application.name=my shop")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining("spring.application.name as address of the server=my shop: ")
                        .hasStackTraceContaining("; set valise.server.endpoints"));
    }

    private static void assertFails(String property, String... why) {
        CONTEXT.withPropertyValues("valise.server.endpoints=local:settings", property)
                .run(context -> {
                    for (String part : why) {
                        assertThat(context).getFailure().hasStackTraceContaining(part);
                    }
                });
    }
}
