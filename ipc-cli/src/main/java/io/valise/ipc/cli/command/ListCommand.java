package io.valise.ipc.cli.command;

import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.cli.option.TimeoutOption;
import io.valise.ipc.cli.servers.ReachableServers;
import io.valise.ipc.cli.text.Amounts;
import io.valise.ipc.cli.text.Table;
import io.valise.ipc.services.catalog.ServerStatus;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ipc list}: the servers of this user. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "list",
        description = "Lists the servers of this user, and system-wide ones, one line for each address.")
final class ListCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common;

    @Mixin
    private TimeoutOption timeout;

    @Mixin
    private JsonLine json;

    @Override
    public Integer call() {
        List<ServerStatus> servers =
                ReachableServers.within(timeout.timeout()).withSystemWide().running();
        if (json.isAsked()) {
            json.print("servers", servers, ServerStatus::toValueSet);
        } else if (servers.isEmpty()) {
            common.out().println("No server of this user is running. One to try: ipc serve any:hello");
        } else {
            table(servers).print(common.out());
        }
        return 0;
    }

    private static Table table(List<ServerStatus> servers) {
        Table table = new Table("ENDPOINT", "APPLICATION", "PID", "UP", "CONNECTIONS", "SERVICES");
        servers.forEach(server -> addTo(table, server));
        return table;
    }

    private static void addTo(Table table, ServerStatus server) {
        String endpoint = server.endpoint().toString();
        if (server.answers()) {
            table.row(
                    endpoint,
                    server.application(),
                    server.pid().map(String::valueOf).orElse("?"),
                    Amounts.span(server.uptime()),
                    String.valueOf(server.connections()),
                    server.problem().isEmpty()
                            ? String.join(" ", server.services())
                            : String.join(" ", server.services()) + " (" + server.problem() + ")");
        } else {
            table.row(endpoint, "(does not answer: " + server.problem() + ")");
        }
    }
}
