package io.valise.ipc.cli.command;

import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.CapabilityGrant;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc grant}: permission for an application to use a capability. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "grant",
        description = "Grants a capability of a publisher's services to an application, and prints the signed grant.")
final class GrantCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "CAPABILITY", description = "Such as quotes.read.")
    private String capability;

    @Parameters(
            index = "1",
            paramLabel = "APPLICATION",
            description =
                    "The application's id, such as reader_8wekyb3d8bbwe; a name alone is that of the same publisher.")
    private String application;

    @Option(
            names = "--publisher",
            paramLabel = "NAME",
            defaultValue = "default",
            description = "Whose services, and whose key signs (default: ${DEFAULT-VALUE}).")
    private String publisher;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            defaultValue = "720h",
            description = "How long it is good for (default: 30 days, ${DEFAULT-VALUE}).")
    private Duration lifetime;

    @Option(names = "--development", description = "Good only at servers that run with -Dvalise.development=true.")
    private boolean development;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Write it to this file instead.")
    private @Nullable Path target;

    @Override
    public Integer call() {
        common.requirePositive("--for", lifetime);
        CapabilityGrant grant = issue();
        if (target == null) {
            common.out().print(grant.text());
        } else {
            grant.write(target);
            common.out()
                    .println("granted " + grant.capability() + " to " + grant.applicationId() + " until "
                            + grant.expires() + ": " + target);
        }
        return 0;
    }

    private CapabilityGrant issue() {
        try {
            AppIdentity owner = AppIdentity.open(publisher, "ipc");
            String id = application.matches(".+_[0-9a-hjkmnp-tv-z]{13}")
                    ? application
                    : AppIdentity.open(publisher, application).id();
            Instant expires = Instant.now().plus(lifetime);
            return development
                    ? CapabilityGrant.issueForDevelopment(owner, capability, id, expires)
                    : CapabilityGrant.issue(owner, capability, id, expires);
        } catch (IllegalArgumentException e) {
            throw common.usageError(String.valueOf(e.getMessage()));
        }
    }
}
