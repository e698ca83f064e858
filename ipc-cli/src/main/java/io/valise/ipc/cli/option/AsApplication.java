package io.valise.ipc.cli.option;

import io.valise.ipc.EndBuilder;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.LoopbackAccessRules;
import io.valise.ipc.services.loopback.LoopbackManifest;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which application the command is to its peers, and whether it follows that one's manifest. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class AsApplication {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Mixin
    private IdentityOption named;

    @Option(names = "--loopback-rules", description = "Follow the loopback manifest of --identity; see `ipc loopback`.")
    private boolean rules;

    /** Whether the command is an application. */
    public boolean isAsked() {
        return named.isAsked();
    }

    /** The builder of a client or server that is this application. */
    public <B extends EndBuilder<B>> B on(B builder) {
        Optional<AppIdentity> identity = identity();
        identity.ifPresent(builder::identity);
        followed(identity).ifPresent(builder::loopbackRules);
        return builder;
    }

    /** The application; empty where the command is none. */
    public Optional<AppIdentity> identity() {
        if (rules && !named.isAsked()) {
            throw new ParameterException(command.commandLine(), "--loopback-rules: whose? --identity says so");
        }
        return named.identity();
    }

    private Optional<LoopbackAccessRules> followed(Optional<AppIdentity> identity) {
        return rules ? identity.map(LoopbackManifest::rules) : Optional.empty();
    }
}
