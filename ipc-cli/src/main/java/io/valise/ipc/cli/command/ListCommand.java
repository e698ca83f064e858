package io.valise.ipc.cli.command;

import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.IdentityOption;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.cli.option.RemoteOption;
import io.valise.ipc.cli.option.TimeoutOption;
import io.valise.ipc.cli.servers.ReachableServers;
import io.valise.ipc.cli.text.Amounts;
import io.valise.ipc.cli.text.Table;
import io.valise.ipc.services.catalog.ServerStatus;
import io.valise.ipc.services.catalog.ServiceCatalog;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ipc list}: the servers of this user. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "list",
        description =
                "Lists the servers of this user, and system-wide ones, one line for each address; with --remote those"
                        + " on other machines too.")
final class ListCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common;

    @Mixin
    private RemoteOption remote;

    @Mixin
    private IdentityOption identity;

    @Mixin
    private TimeoutOption timeout;

    @Mixin
    private JsonLine json;

    @Override
    public Integer call() {
        ServiceCatalog catalog = identity.on(
                remote.widen(ReachableServers.within(timeout.timeout()).withSystemWide()));
        List<ServerStatus> servers = remote.query(catalog::running);
        if (json.isAsked()) {
            json.print("servers", servers, ServerStatus::toValueSet);
        } else if (servers.isEmpty()) {
            common.out()
                    .println("No server " + remote.scope("of this user")
                            + " is running. One to try: ipc serve any:hello");
        } else {
            table(servers).print(common.out());
        }
        return remote.status();
    }

    private Table table(List<ServerStatus> servers) {
        Table table =
                new Table(remote.row(1, "HOST", "ENDPOINT", "APPLICATION", "PID", "UP", "CONNECTIONS", "SERVICES"));
        servers.forEach(server -> addTo(table, server));
        return table;
    }

    private void addTo(Table table, ServerStatus server) {
        String endpoint = server.endpoint().toString();
        String host = server.host().orElse("?");
        if (server.answers()) {
            table.row(remote.row(
                    1,
                    host,
                    endpoint,
                    server.application(),
                    server.pid().map(String::valueOf).orElse("?"),
                    Amounts.span(server.uptime()),
                    String.valueOf(server.connections()),
                    server.problem().isEmpty()
                            ? String.join(" ", server.services())
                            : String.join(" ", server.services()) + " (" + server.problem() + ")"));
        } else {
            table.row(remote.row(1, host, endpoint, "(does not answer: " + server.problem() + ")"));
        }
    }
}
