package io.valise.ipc.testkit.rule;

import io.valise.ipc.testkit.process.NetworkNamespaces;
import io.valise.ipc.testkit.process.Requirement;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A test that needs {@link NetworkNamespaces}: Linux, root, ip(8). Elsewhere it is skipped as {@link Requirement} says,
 * unless {@code valise.test.networks} is {@code required}.
 *
 * @since 0.2.0
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsNetworks.Condition.class)
public @interface NeedsNetworks {
    /** Tries to make one. */
    final class Condition implements ExecutionCondition {
        /** For JUnit. */
        public Condition() {}

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return Requirement.judge("valise.test.networks", NetworkNamespaces.missing());
        }
    }
}
