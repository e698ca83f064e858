package io.valise.ipc.nats;

import io.valise.ipc.testkit.TransportContract;
import java.util.Set;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What programs are promised over every transport, over {@code nats:}. */
@NeedsNats
@ExtendWith(NatsConformanceTest.Groups.class)
class NatsConformanceTest extends TransportContract implements NatsCandidate {
    /**
     * The rules that depend on how a connection is made, how it ends, and how much room it has; the others see the same link as
     * over the other transports, and run with {@code -Dvalise.test.allRules=true}. Those of shortages never run: they deny a
     * process the threads that the client of the broker needs to connect.
     */
    static final class Groups implements ExecutionCondition {
        private static final Set<String> LEFT_OUT =
                Set.of("Exits", "Fairness", "Futures", "Identities", "Logs", "Streams");

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (context.getRequiredTestClass().getSimpleName().equals("Shortages")) {
                return ConditionEvaluationResult.disabled("the client of the broker needs threads to connect");
            }
            return LEFT_OUT.contains(context.getRequiredTestClass().getSimpleName())
                            && !Boolean.getBoolean("valise.test.allRules")
                    ? ConditionEvaluationResult.disabled("the same over the other transports")
                    : ConditionEvaluationResult.enabled("depends on how a connection is made");
        }
    }
}
