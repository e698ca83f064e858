package io.valise.ipc.cli.demo;

import io.valise.ipc.ValueSet;

/**
 * The result of one step. Immutable.
 *
 * @param name what was to be done
 * @param ok whether the step succeeded
 * @param detail one line of text
 */
public record StepResult(String name, boolean ok, String detail) {
    private static final String STEP = "step";

    /** Whether a message is one of these. */
    static boolean isIn(ValueSet line) {
        return line.contains(STEP);
    }

    static StepResult from(ValueSet line) {
        return new StepResult(line.getString(STEP), line.getBoolean("ok"), line.getString("detail"));
    }

    /** This as a message, for JSON and for the transfer from the client process. */
    public ValueSet toValueSet() {
        return ValueSet.of(STEP, name, "ok", ok, "detail", detail);
    }
}
