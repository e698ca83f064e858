package io.valise.ipc.cli.option;

import io.valise.ipc.IpcException;
import io.valise.ipc.services.catalog.ServiceCatalog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Whether servers on other machines are looked for too, and what was missing there. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class RemoteOption {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--remote",
            description =
                    "Servers on other machines too, at the NATS broker that VALISE_NATS_URL names, and the host of each."
                            + " Exit status 1 when they cannot be listed; those here are listed all the same.")
    private boolean asked;

    private final List<String> missing = new ArrayList<>();
    private List<String> told = List.of();

    public boolean isAsked() {
        return asked;
    }

    /** The catalog with the servers on other machines, if they are asked for. */
    public ServiceCatalog widen(ServiceCatalog catalog) {
        return asked ? catalog.withNetworks(this::unlisted) : catalog;
    }

    private void unlisted(IpcException why) {
        missing.add("other machines are not listed: " + why.getMessage());
    }

    /** Makes a query of such a catalog, and says on standard error what was missing, unless the query before has lacked the same. */
    public <T> T query(Supplier<T> query) {
        T found = queryUntold(query);
        if (!missing.equals(told)) {
            missing.forEach(text -> CommonOptions.tell(command, text));
            command.commandLine().getErr().flush();
        }
        told = List.copyOf(missing);
        return found;
    }

    /** Makes a query of such a catalog, for a caller that shows what is {@link #missing} itself. */
    public <T> T queryUntold(Supplier<T> query) {
        missing.clear();
        return query.get();
    }

    /** What the last query has lacked, as lines for people. */
    public List<String> missing() {
        return List.copyOf(missing);
    }

    /** Where the last query has found nothing, if it has. */
    public String scope(String withoutNetworks) {
        return asked && missing.isEmpty() ? "here or on other machines" : withoutNetworks;
    }

    /** The exit status: whether the last query has found all that was asked for. */
    public int status() {
        return missing.isEmpty() ? 0 : 1;
    }

    /** A row of a table, where a cell about hosts goes to this index if they are asked for. */
    public String[] row(int index, String host, String... cells) {
        List<String> row = new ArrayList<>(Arrays.asList(cells));
        if (asked) {
            row.add(index, host);
        }
        return row.toArray(String[]::new);
    }
}
