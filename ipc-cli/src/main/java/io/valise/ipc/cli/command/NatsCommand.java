package io.valise.ipc.cli.command;

import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.nats.NatsPermissions;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc nats}: what a NATS broker must allow a user. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "nats",
        description =
                "Prints what a NATS broker must allow a user, as an entry of `authorization { users: [...] }` in its"
                        + " configuration, without a password.")
final class NatsCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "ACTION", description = "One of ${COMPLETION-CANDIDATES}.")
    private Action action;

    @Parameters(index = "1", paramLabel = "USER", description = "The user at the broker.")
    private String user;

    @Option(
            names = "--serves",
            paramLabel = "NAME",
            description = "A name that the user's processes serve, as in nats:NAME; may be repeated.")
    private List<String> served = List.of();

    @Option(
            names = "--calls",
            paramLabel = "NAME",
            description = "A name that the user's processes connect to; may be repeated.")
    private List<String> called = List.of();

    @Mixin
    private JsonLine json;

    /** The actions. */
    enum Action {
        permissions
    }

    @Override
    public Integer call() {
        return switch (action) {
            case permissions -> print(permissions());
        };
    }

    private int print(NatsPermissions permissions) {
        if (json.isAsked()) {
            json.print(ValueSet.of(
                    "user", user,
                    "publish", permissions.publish(),
                    "subscribe", permissions.subscribe()));
        } else {
            common.out().print(permissions.configuration());
        }
        return 0;
    }

    private NatsPermissions permissions() {
        try {
            return NatsPermissions.of(user)
                    .serving(served.toArray(String[]::new))
                    .calling(called.toArray(String[]::new));
        } catch (IllegalArgumentException malformed) {
            throw common.usageError(String.valueOf(malformed.getMessage()));
        }
    }
}
