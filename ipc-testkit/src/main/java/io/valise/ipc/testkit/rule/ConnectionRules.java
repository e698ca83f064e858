package io.valise.ipc.testkit.rule;

import java.lang.reflect.Method;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Limits the tests of a transport to the rules with {@link DependsOnConnection}, when its links are those of another transport
 * for which all rules run. {@code -Dvalise.test.allRules=true} lets all run, as CI does on the newest JDK. Stateless.
 *
 * @since 0.1.0
 */
public final class ConnectionRules implements ExecutionCondition {
    private static final ConditionEvaluationResult RUNS =
            ConditionEvaluationResult.enabled("depends on how a connection is made, or all rules are to run");
    private static final ConditionEvaluationResult RUNS_ELSEWHERE = ConditionEvaluationResult.disabled(
            "the same over the other transport with such links; here with -Dvalise.test.allRules=true");

    /** For JUnit. */
    public ConnectionRules() {}

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Optional<Method> rule = context.getTestMethod();
        boolean runs = rule.isEmpty()
                || AnnotationSupport.isAnnotated(rule, DependsOnConnection.class)
                || AnnotationSupport.isAnnotated(context.getRequiredTestClass(), DependsOnConnection.class)
                || Boolean.getBoolean("valise.test.allRules");
        return runs ? RUNS : RUNS_ELSEWHERE;
    }
}
