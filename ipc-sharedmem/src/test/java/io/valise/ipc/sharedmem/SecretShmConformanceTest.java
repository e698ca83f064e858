package io.valise.ipc.sharedmem;

import io.valise.ipc.spi.Transport;
import java.util.Set;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The promises to programs over every transport, over {@code shm:} without authentication by the kernel: the groups of
 * rules that depend on how a connection is made and on what a process leaves behind. The other groups see the same link
 * as those of {@link ShmConformanceTest}; {@code -Dvalise.test.allRules=true} runs them too, as CI does on the newest
 * JDK.
 */
@ExtendWith(SecretShmConformanceTest.ConnectionGroups.class)
class SecretShmConformanceTest extends ShmConformanceTest {
    @Override
    public Transport transport() {
        return new SecretShm();
    }

    static final class ConnectionGroups implements ExecutionCondition {
        private static final Set<String> GROUPS =
                Set.of("Lifecycle", "Access", "Identities", "HostileUsers", "Publications", "Crashes");

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            Class<?> tested = context.getRequiredTestClass();
            if (tested == SecretShmConformanceTest.class
                    || GROUPS.contains(tested.getSimpleName())
                    || Boolean.getBoolean("valise.test.allRules")) {
                return ConditionEvaluationResult.enabled(
                        "depends on how a connection is made, or all rules are to run");
            }
            return ConditionEvaluationResult.disabled(
                    "ShmConformanceTest runs it; here with -Dvalise.test.allRules=true");
        }
    }
}
