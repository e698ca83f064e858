package io.valise.ipc.nats;

import io.valise.ipc.testkit.TransportContract;
import io.valise.ipc.testkit.rule.ConnectionRules;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What programs are promised over every transport, over {@code nats:}. */
@NeedsNats
@ExtendWith(NatsConformanceTest.Groups.class)
class NatsConformanceTest extends TransportContract implements NatsCandidate {
    /** The rules that depend on how a connection is made. Those of shortages never run. */
    static final class Groups implements ExecutionCondition {
        private final ExecutionCondition others = new ConnectionRules();

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return context.getRequiredTestClass().getSimpleName().equals("Shortages")
                    ? ConditionEvaluationResult.disabled("the client of the broker needs threads to connect")
                    : others.evaluateExecutionCondition(context);
        }
    }
}
