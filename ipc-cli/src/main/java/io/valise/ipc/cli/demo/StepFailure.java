package io.valise.ipc.cli.demo;

/** A step's result is not as expected; the message has both. Immutable. */
final class StepFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StepFailure(String message) {
        super(message);
    }

    /** Checks a result. */
    static void unless(boolean right, String what, Object expected, Object actual) {
        if (!right) {
            throw new StepFailure(what + ": expected=" + expected + ", actual=" + actual);
        }
    }
}
