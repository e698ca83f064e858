package io.valise.ipc.testkit.rule;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Leaves out what has {@link InFullRun}, unless this is the full run. Stateless. */
final class FullRunCondition implements ExecutionCondition {
    private static final ConditionEvaluationResult RUNS =
            ConditionEvaluationResult.enabled("runs always, or this is the full run");

    /** For JUnit. */
    FullRunCondition() {}

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return FullRun.isAskedFor()
                ? RUNS
                : AnnotationSupport.findAnnotation(context.getElement(), InFullRun.class)
                        .map(marked -> ConditionEvaluationResult.disabled(
                                marked.value() + "; runs with -D" + FullRun.PROPERTY + "=true"))
                        .orElse(RUNS);
    }
}
