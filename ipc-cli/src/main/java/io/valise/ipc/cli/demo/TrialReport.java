package io.valise.ipc.cli.demo;

import io.valise.ipc.ValueSet;
import java.util.List;

/**
 * The results of one transport. Immutable.
 *
 * @param scheme the transport
 * @param available whether it works here at all
 * @param expected whether it should, on this operating system
 * @param detail how it works here, or why not
 * @param steps what was done, in order
 * @param times how fast
 * @param childErrors what the processes wrote to their standard error
 */
public record TrialReport(
        String scheme,
        boolean available,
        boolean expected,
        String detail,
        List<StepResult> steps,
        List<RoundTripTimes> times,
        String childErrors) {

    /** A transport that does not work here. */
    static TrialReport unavailable(String scheme, boolean expected, String detail) {
        return new TrialReport(scheme, false, expected, detail, List.of(), List.of(), "");
    }

    /** Whether all steps succeeded, or the transport is not expected here. */
    public boolean ok() {
        return available ? !steps.isEmpty() && steps.stream().allMatch(StepResult::ok) : !expected;
    }

    /** This as a message, for JSON. */
    public ValueSet toValueSet() {
        return ValueSet.builder()
                .put("scheme", scheme)
                .put("ok", ok())
                .put("available", available)
                .put("detail", detail)
                .put("steps", steps.stream().map(StepResult::toValueSet).toList())
                .put(
                        "roundTrips",
                        times.stream().map(RoundTripTimes::toValueSet).toList())
                .put("childErrors", childErrors)
                .build();
    }
}
