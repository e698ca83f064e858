package io.valise.ipc.pipes.child;

import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.LinkContract;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Anonymous pipes keep every rule of links but one. */
@ExtendWith(PumpedLinkContractTest.ButForThreads.class)
class PumpedLinkContractTest extends LinkContract {
    @Override
    public Transport transport() {
        return new PairTransport();
    }

    @Override
    public boolean betweenProcesses() {
        return false;
    }

    /** L35: the JDK has no selector for pipes it did not make, so a thread reads each. A parent has few children. */
    static final class ButForThreads implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return context.getDisplayName().startsWith("L35")
                    ? ConditionEvaluationResult.disabled("anonymous pipes cost two threads each")
                    : ConditionEvaluationResult.enabled("promised");
        }
    }
}
