package io.valise.ipc.benchmarks.report;

import java.util.OptionalDouble;

/**
 * One target and what was measured of it.
 *
 * @param id such as {@code P4}
 * @param what what was measured
 * @param target in words
 * @param figure what it came to; empty when it was not measured
 * @param unit of the figure
 * @param reference what it is compared with: another figure of the run, or a fixed limit
 * @param relation which side of the limit is good
 * @param factor how many times the reference is the limit
 */
record Check(
        String id,
        String what,
        String target,
        OptionalDouble figure,
        String unit,
        OptionalDouble reference,
        Relation relation,
        double factor) {

    /** Which side of the limit is good. */
    enum Relation {
        AT_MOST,
        AT_LEAST
    }

    /** What became of a target. */
    enum Verdict {
        MET,
        MISSED,
        NOT_MEASURED;

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
        }
    }

    /** The figure in references. */
    OptionalDouble ratio() {
        return figure.isPresent() && reference.isPresent()
                ? OptionalDouble.of(figure.getAsDouble() / reference.getAsDouble())
                : OptionalDouble.empty();
    }

    Verdict verdict() {
        if (figure.isEmpty() || reference.isEmpty()) {
            return Verdict.NOT_MEASURED;
        }
        double limit = factor * reference.getAsDouble();
        boolean met = relation == Relation.AT_MOST ? figure.getAsDouble() <= limit : figure.getAsDouble() >= limit;
        return met ? Verdict.MET : Verdict.MISSED;
    }

    String figureText() {
        return figure.isPresent() ? Results.format(figure.getAsDouble()) + " " + unit : "–";
    }

    String ratioText() {
        return ratio().isPresent() ? Results.format(ratio().getAsDouble()) : "–";
    }
}
