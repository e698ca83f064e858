package io.valise.ipc.cli.option;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.catalog.ServiceCatalog;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which application the command proves to be to the servers that it asks. Confined to one thread. */
public final class IdentityOption {
    @Option(
            names = "--identity",
            paramLabel = "APPLICATION",
            description = "Prove to be this application of yours: " + ApplicationName.FORMS + ".")
    private @Nullable ApplicationName name;

    /** Whether the command is an application. */
    public boolean isAsked() {
        return name != null;
    }

    /** The application; empty where the command is none. */
    public Optional<AppIdentity> identity() {
        return Optional.ofNullable(name).map(ApplicationName::identity);
    }

    /** The catalog whose queries this application makes, if it is given. */
    public ServiceCatalog on(ServiceCatalog catalog) {
        return identity().map(catalog::withIdentity).orElse(catalog);
    }
}
