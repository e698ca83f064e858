package io.valise.ipc.pipes.windows.wine;

import io.valise.ipc.pipes.windows.ModelTransport;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.LinkContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The links of Windows' pipes over the kernel32 of Wine; in the profile {@code wine}. */
@EnabledIfSystemProperty(named = "valise.wine", matches = "true")
@ExtendWith(WineLinkContractTest.ButForWine.class)
class WineLinkContractTest extends LinkContract {
    private static WineProcess process;

    @Override
    public Transport transport() {
        return new ModelTransport(process());
    }

    private static synchronized WineProcess process() {
        try {
            if (process == null) {
                process = WineProcess.start();
                Runtime.getRuntime().addShutdownHook(new Thread(process::close));
            }
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean betweenProcesses() {
        return false;
    }

    /** What Wine 8 does not do as Windows is documented to. */
    static final class ButForWine implements ExecutionCondition {
        private static final Map<String, String> REASONS = Map.of(
                "L34", "3,000 rounds of it take minutes over standard streams",
                "T05", "Wine 8 ignores FILE_FLAG_FIRST_PIPE_INSTANCE",
                "T18", "Wine 8 ignores FILE_FLAG_FIRST_PIPE_INSTANCE",
                "T09", "Wine 8 ignores FILE_FLAG_FIRST_PIPE_INSTANCE",
                "T10", "Wine 8 does not list the pipes there are");

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            String name = context.getDisplayName();
            String reason = name.length() < 3 ? null : REASONS.get(name.substring(0, 3));
            return reason == null ? ConditionEvaluationResult.enabled("") : ConditionEvaluationResult.disabled(reason);
        }
    }
}
