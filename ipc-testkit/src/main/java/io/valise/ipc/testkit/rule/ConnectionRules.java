package io.valise.ipc.testkit.rule;

import java.lang.reflect.Method;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Limits the tests of a transport to the rules with {@link DependsOnConnection}, unless this is the {@linkplain FullRun full
 * run}: the engine keeps the others over any link that passes {@link io.valise.ipc.testkit.LinkContract}, and they run over
 * another transport. Stateless.
 *
 * @since 0.1.0
 */
public final class ConnectionRules implements ExecutionCondition {
    private static final ConditionEvaluationResult RUNS =
            ConditionEvaluationResult.enabled("depends on how a connection is made, or this is the full run");
    private static final ConditionEvaluationResult RUNS_ELSEWHERE = ConditionEvaluationResult.disabled(
            "runs over another transport; over this one with -D" + FullRun.PROPERTY + "=true");

    /** For JUnit. */
    public ConnectionRules() {}

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Optional<Method> rule = context.getTestMethod();
        boolean runs = rule.isEmpty()
                || AnnotationSupport.isAnnotated(rule, DependsOnConnection.class)
                || AnnotationSupport.isAnnotated(context.getRequiredTestClass(), DependsOnConnection.class)
                || FullRun.isAskedFor();
        return runs ? RUNS : RUNS_ELSEWHERE;
    }
}
