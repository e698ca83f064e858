package io.valise.ipc.cli.command;

import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.IdentityOption;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.cli.option.RemoteOption;
import io.valise.ipc.cli.option.TimeoutOption;
import io.valise.ipc.cli.option.WholeNumber;
import io.valise.ipc.cli.servers.ReachableServers;
import io.valise.ipc.cli.servers.ServerLoad;
import io.valise.ipc.cli.text.Amounts;
import io.valise.ipc.cli.text.Colours;
import io.valise.ipc.cli.text.Table;
import io.valise.ipc.services.catalog.ServerStatus;
import io.valise.ipc.services.catalog.ServiceCatalog;
import io.valise.ipc.services.catalog.ServiceLatency;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ipc top}: the load of this user's servers, refreshed repeatedly. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "top",
        description = "Shows the traffic of this user's servers until interrupted, with --remote also of those on other"
                + " machines. The looks themselves are"
                + " part of the bytes, but not of the requests; they have servers measure how long requests take.")
final class TopCommand implements Callable<Integer> {
    private static final String HOME_AND_CLEAR = "\u001b[H\u001b[2J";
    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);

    @Mixin
    private CommonOptions common;

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "TIME",
            defaultValue = "2s",
            description = "Time between two looks (default: ${DEFAULT-VALUE}).")
    private Duration interval;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            defaultValue = "0",
            converter = WholeNumber.FromZero.class,
            description = "Stop after so many tables; 0 = never.")
    private int count;

    @Option(names = "--once", description = "Like -n 1.")
    private boolean once;

    @Mixin
    private RemoteOption remote;

    @Mixin
    private IdentityOption identity;

    @Mixin
    private TimeoutOption timeout;

    @Mixin
    private JsonLine json;

    @Override
    public Integer call() throws InterruptedException {
        common.requireAtLeast("--interval", SHORTEST_INTERVAL, interval);
        ServiceCatalog servers = identity.on(
                remote.widen(ReachableServers.within(timeout.timeout()).measuringLatency()));
        int tables = once ? 1 : count == 0 ? Integer.MAX_VALUE : count;
        ServerLoad load = new ServerLoad(look(servers), System.nanoTime());
        for (int i = 0; i < tables && !common.out().checkError(); i++) { // an error: who read it has gone
            TimeUnit.NANOSECONDS.sleep((once ? Duration.ofMillis(500) : interval).toNanos());
            load = load.next(look(servers), System.nanoTime());
            show(load);
        }
        return remote.status();
    }

    /** What is missing stands under each table where the next one clears the screen. */
    private List<ServerStatus> look(ServiceCatalog servers) {
        return clears() ? remote.queryUntold(servers::running) : remote.query(servers::running);
    }

    private boolean clears() {
        return !json.isAsked() && common.colours() == Colours.ANSI;
    }

    private void show(ServerLoad load) {
        if (json.isAsked()) {
            json.print(ValueSet.of("servers", load.toValueSets()));
            return;
        }
        common.out().print(clears() ? HOME_AND_CLEAR : "");
        table(load).print(common.out());
        if (clears()) {
            remote.missing().stream().map(Table::printable).forEach(common.out()::println);
        }
        common.out().println();
        common.out().flush();
    }

    private Table table(ServerLoad load) {
        Table table = new Table(row(
                "HOST",
                "APPLICATION",
                "PID",
                "UP",
                "CONN",
                "REQ/S",
                "IN/S",
                "OUT/S",
                "REFUSED",
                "BACKLOG",
                "RING",
                "P50",
                "P99",
                "ENDPOINTS"));
        for (ServerStatus server : load.distinct()) {
            if (server.answers()) {
                addTo(table, server, load);
            } else {
                String silence = server.endpoint() + " (does not answer: " + server.problem() + ")";
                String host = server.host().orElse("?");
                table.row(row(host, "?", "?", "", "", "", "", "", "", "", "", "", "", silence));
            }
        }
        return table;
    }

    private void addTo(Table table, ServerStatus server, ServerLoad load) {
        table.row(row(
                server.host().orElse("?"),
                server.application(),
                server.pid().map(String::valueOf).orElse("?"),
                Amounts.span(server.uptime()),
                String.valueOf(server.connections()),
                Amounts.count(load.requestsPerSecond(server)),
                Amounts.bytes(load.perSecond(server, "bytesReceived")),
                Amounts.bytes(load.perSecond(server, "bytesSent")),
                Amounts.count(server.counter("requestsRefused")),
                load.backlog(server).stream().mapToObj(Amounts::bytes).collect(Collectors.joining()),
                load.ringOccupancy(server).stream().mapToObj(Amounts::percent).collect(Collectors.joining()),
                "",
                "",
                server.endpoints().stream()
                        .filter(address -> !address.startsWith("local:"))
                        .collect(Collectors.joining(" "))));
        for (ServiceLatency service : server.latencies()) {
            table.row(row(
                    "",
                    "  " + service.service(),
                    "",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "",
                    Amounts.micros(service.p50().toNanos()),
                    Amounts.micros(service.p99().toNanos()),
                    ""));
        }
    }

    private String[] row(String host, String... cells) {
        return remote.row(1, host, cells);
    }
}
