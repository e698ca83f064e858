package io.valise.ipc.cli.demo;

import io.valise.ipc.IpcException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/** Runs steps and passes on their results. Confined to one thread. */
final class Steps {
    private final Consumer<StepResult> results;

    Steps(Consumer<StepResult> results) {
        this.results = results;
    }

    /** Runs; returns one line of detail, or throws. */
    @FunctionalInterface
    interface Step {
        String run() throws Exception;
    }

    /** Runs a step; a failure becomes its result. */
    @SuppressWarnings("CatchingUnchecked") // a step may fail in any way, and the others still run
    void run(String name, Step step) {
        try {
            results.accept(new StepResult(name, true, step.run()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            results.accept(new StepResult(name, false, "interrupted"));
        } catch (Exception e) {
            results.accept(new StepResult(name, false, describe(e)));
        }
    }

    private static String describe(Throwable e) {
        Throwable cause = e.getCause();
        if (cause != null && (e instanceof ExecutionException || e instanceof CompletionException)) {
            return describe(cause);
        }
        return e instanceof StepFailure || e instanceof IpcException ? String.valueOf(e.getMessage()) : e.toString();
    }
}
