package io.valise.ipc.cli.command;

import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.IdentityOption;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.cli.option.RemoteOption;
import io.valise.ipc.cli.option.TimeoutOption;
import io.valise.ipc.cli.servers.ReachableServers;
import io.valise.ipc.cli.servers.ServiceLine;
import io.valise.ipc.cli.text.Table;
import io.valise.ipc.services.catalog.ServerStatus;
import io.valise.ipc.services.catalog.ServiceCatalog;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ipc services}: which servers, running or startable, offer which services. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "services",
        description =
                "Lists the servers of this user and system-wide ones that run, and those that a client can have started; with"
                        + " --remote those on other machines too.")
final class ServicesCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "SERVICE",
            description = "Only those that offer this service, such as price.")
    private @Nullable String service;

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
        List<ServerStatus> found = remote.query(
                () -> Optional.ofNullable(service).map(catalog::find).orElseGet(catalog::list));
        List<ServiceLine> lines = ServiceLine.of(found);
        if (json.isAsked()) {
            json.print("services", lines, ServiceLine::toValueSet);
        } else if (lines.isEmpty()) {
            common.out()
                    .println("Nothing is running " + remote.scope("here")
                            + ", and no manifest says what could be; see docs/cli.md, Services.");
        } else {
            table(lines).print(common.out());
        }
        return remote.status();
    }

    private Table table(List<ServiceLine> lines) {
        Table table = new Table(remote.row(2, "HOST", "NAME", "STATE", "PID", "ADDRESSES", "SERVICES"));
        lines.forEach(line -> table.row(remote.row(
                2,
                line.hostForPeople(),
                line.name(),
                line.stateForPeople(),
                line.pid().map(String::valueOf).orElse("-"),
                String.join(" ", line.addresses()),
                String.join(" ", line.services()))));
        return table;
    }
}
