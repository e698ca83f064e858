package io.valise.ipc.benchmarks.report;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One target and its measured figure.
 *
 * @param id such as {@code P4}
 * @param what what was measured
 * @param target in words
 * @param figure the result; empty when it was not measured
 * @param unit of the figure
 * @param ratio the figure in references: the median and its interval, of which both ends are the median where only one
 *     run of each side was made; empty when one of both was not measured
 * @param relation which side of the limit is good
 * @param limit the ratio that is demanded
 */
record Check(
        String id,
        String what,
        String target,
        OptionalDouble figure,
        String unit,
        Optional<Spread> ratio,
        Relation relation,
        double limit) {

    /** Which side of the limit is good. */
    enum Relation {
        AT_MOST,
        AT_LEAST
    }

    /** The verdict on a target. */
    enum Verdict {
        /** The whole interval is on the good side. */
        MET,
        /** The whole interval is on the other side. */
        MISSED,
        /** The limit lies within the interval. */
        INCONCLUSIVE,
        NOT_MEASURED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    Verdict verdict() {
        if (ratio.isEmpty()) {
            return Verdict.NOT_MEASURED;
        }
        boolean lowIsGood = isGood(ratio.get().low());
        if (lowIsGood != isGood(ratio.get().high())) {
            return Verdict.INCONCLUSIVE;
        }
        return lowIsGood ? Verdict.MET : Verdict.MISSED;
    }

    private boolean isGood(double value) {
        return relation == Relation.AT_MOST ? value <= limit : value >= limit;
    }

    String figureText() {
        return figure.isPresent() ? Results.format(figure.getAsDouble()) + " " + unit : "–";
    }

    String ratioText() {
        return ratio.map(spread -> Results.format(spread.median())).orElse("–");
    }

    /** The interval; empty where there is none. */
    String spreadText() {
        return ratio.filter(spread -> spread.low() < spread.high())
                .map(Spread::toString)
                .orElse("");
    }
}
