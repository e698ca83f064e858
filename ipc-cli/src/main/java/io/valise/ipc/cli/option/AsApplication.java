package io.valise.ipc.cli.option;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcServer;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.LoopbackAccessRules;
import io.valise.ipc.services.loopback.LoopbackManifest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which application the command is to its peers, and whether it follows that one's manifest. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class AsApplication {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--identity",
            paramLabel = "APPLICATION",
            description = "Prove to be this application of yours: " + ApplicationName.FORMS + ".")
    private @Nullable ApplicationName name;

    @Option(names = "--loopback-rules", description = "Follow the loopback manifest of --identity; see `ipc loopback`.")
    private boolean rules;

    /** Whether the command is an application. */
    public boolean isAsked() {
        return name != null;
    }

    /** The builder of a client that is this application. */
    public IpcClient.Builder on(IpcClient.Builder client) {
        Optional<AppIdentity> identity = identity();
        identity.ifPresent(client::identity);
        followed(identity).ifPresent(client::loopbackRules);
        return client;
    }

    /** The builder of a server that is this application. */
    public IpcServer.Builder on(IpcServer.Builder server) {
        Optional<AppIdentity> identity = identity();
        identity.ifPresent(server::identity);
        followed(identity).ifPresent(server::loopbackRules);
        return server;
    }

    /** The application; empty where the command is none. */
    public Optional<AppIdentity> identity() {
        if (name == null && rules) {
            throw new ParameterException(command.commandLine(), "--loopback-rules: whose? --identity says so");
        }
        return Optional.ofNullable(name).map(ApplicationName::identity);
    }

    private Optional<LoopbackAccessRules> followed(Optional<AppIdentity> identity) {
        return rules ? identity.map(LoopbackManifest::rules) : Optional.empty();
    }
}
