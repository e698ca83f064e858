package io.valise.ipc.cli.doctor;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.text.Amounts;
import io.valise.ipc.nats.BrokerReport;
import io.valise.ipc.nats.NatsTransport;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Transport;
import java.time.Duration;
import java.util.Optional;

/**
 * Whether a transport between machines is configured, and whether its broker lets this process in. No name is served and no server
 * called there: others use it. Immutable.
 *
 * @param scheme the transport
 * @param configured whether there is something to try
 * @param works whether the broker let this process in
 * @param detail what was found, or why not and what to do
 * @param status of the failure, if there was one
 * @param report what the broker says, if it was reached
 */
public record NetworkCheck(
        String scheme,
        boolean configured,
        boolean works,
        String detail,
        Optional<String> status,
        Optional<BrokerReport> report) {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** Tries a transport, if it is configured. */
    static NetworkCheck of(Transport transport) {
        Availability availability = Availability.of(transport);
        String scheme = transport.scheme();
        boolean tried = availability.available() && transport instanceof NatsTransport;
        if (!tried) { // what others stand on is not known here
            boolean there = availability.available();
            boolean wrong = availability.cause().isPresent(); // what is configured makes no sense, or cannot be loaded
            Optional<String> status =
                    wrong ? Optional.of(availability.refusal().status().toString()) : Optional.empty();
            return new NetworkCheck(scheme, there || wrong, there, availability.detail(), status, Optional.empty());
        }
        try {
            BrokerReport report = ((NatsTransport) transport).examine(TIMEOUT);
            String detail = availability.detail() + ": " + text(report);
            return new NetworkCheck(scheme, true, true, detail, Optional.empty(), Optional.of(report));
        } catch (IpcException e) {
            String status = e.status().toString();
            return new NetworkCheck(
                    scheme, true, false, String.valueOf(e.getMessage()), Optional.of(status), Optional.empty());
        }
    }

    private static String text(BrokerReport report) {
        String who = report.name().equals("-") ? "this process" : report.name();
        String remedy = report.mayList() && report.mayServe() ? "" : ": see `ipc nats permissions`";
        return "version " + report.version() + ", round trip "
                + Amounts.micros(report.roundTrip().toNanos()) + ", messages up to "
                + Amounts.bytes(report.maxPayloadBytes()) + "; " + who
                + (report.mayList() ? " may list servers" : " may not list servers")
                + (report.mayServe() ? ", and serve names" : ", and may not serve names") + remedy;
    }

    /** Whether it was tried in vain. */
    boolean fails() {
        return configured && !works;
    }

    /** This as a message, for JSON. */
    public ValueSet toValueSet() {
        ValueSet.Builder set = ValueSet.builder()
                .put("scheme", scheme)
                .put("configured", configured)
                .put("works", works)
                .put("detail", detail);
        status.ifPresent(failed -> set.put("status", failed));
        report.ifPresent(found -> set.put("version", found.version())
                .put("brokerName", found.brokerName())
                .put("name", found.name())
                .put("roundTripMicros", found.roundTrip().toNanos() / 1e3)
                .put("maxPayloadBytes", found.maxPayloadBytes())
                .put("mayList", found.mayList())
                .put("mayServe", found.mayServe()));
        return set.build();
    }
}
