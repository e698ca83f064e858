package io.valise.ipc.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.testlog.Logs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** How servers begin and end with their contexts. */
class ServerLifecycleTest {
    private static final String ADDRESS = "local:lifecycle";

    private static final ApplicationContextRunner CONTEXT = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(IpcAutoConfiguration.class))
            .withBean(IpcServerCustomizer.class, () -> server -> server.service("hi", request -> null))
            .withPropertyValues("valise.server.endpoints=" + ADDRESS);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "valise.server.shutdown-grace=0s",
                "spring.lifecycle.timeout-per-shutdown-phase=0s",
                "spring.lifecycle.timeout-per-shutdown-phase=-1ms"
            })
    void withoutGraceTheServerClosesAtOnce(String property) {
        CONTEXT.withPropertyValues(property).run(context -> {
            assertThat(context).hasNotFailed();
            context.getBean(IpcServerLifecycle.class).stop();
            assertFree();
        });
    }

    @Test
    void aNegativeGraceIsRefused() {
        CONTEXT.withPropertyValues("valise.server.shutdown-grace=-1s")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining("least=0s, actual=PT-1S; change valise.server.shutdown-grace"));
    }

    @Test
    @Logs("valise.server.shutdown-grace: beans are destroyed before it has passed: limit=less than PT5S, actual=PT5S")
    void aGraceAsLongAsThePhaseIsWarnedOf() {
        CONTEXT.withPropertyValues("valise.server.shutdown-grace=5s", "spring.lifecycle.timeout-per-shutdown-phase=5s")
                .run(context -> assertThat(context).hasNotFailed());
    }

    private static void assertFree() {
        assertThatThrownBy(() -> IpcClient.connect(ADDRESS))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ENDPOINT_NOT_FOUND));
    }
}
