package io.valise.ipc.nats;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A test that needs a nats-server. Where there is none it is skipped, and one line says so, unless {@code
 * -Dvalise.test.nats=required} is given, as continuous integration does.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsNats.Condition.class)
public @interface NeedsNats {
    /** Looks for the program. */
    final class Condition implements ExecutionCondition {
        private static final boolean REQUIRED = "required".equals(System.getProperty("valise.test.nats"));
        private static final AtomicBoolean SAID = new AtomicBoolean();

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (NatsServer.program().isPresent()) {
                return ConditionEvaluationResult.enabled("there is a nats-server");
            }
            assertThat(REQUIRED)
                    .as("-Dvalise.test.nats=required, and no nats-server on the PATH")
                    .isFalse();
            if (SAID.compareAndSet(false, true)) {
                System.out.println(
                        "Skipped: the tests of nats: no nats-server on the PATH (apt-get install nats-server)");
            }
            return ConditionEvaluationResult.disabled("no nats-server on the PATH");
        }
    }
}
