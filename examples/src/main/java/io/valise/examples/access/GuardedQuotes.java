package io.valise.examples.access;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.CapabilityGrant;
import io.valise.ipc.identity.IssuedGrants;
import io.valise.ipc.services.loopback.LoopbackManifest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A server that its manifest opens to some applications, and whose prices need a grant. */
public final class GuardedQuotes {
    private GuardedQuotes() {}

    /** Who may connect, its loopback manifest says, which {@code ipc loopback} changes while this runs. */
    static IpcServer serve(AppIdentity quotes) {
        return IpcServer.builder("loopback:guarded-quotes")
                .loopbackRules(LoopbackManifest.rules(quotes))
                .access(AccessPolicy.requireCapability("quotes.read").or(AccessPolicy.application("acme", "audit")))
                .service("price", request -> ValueSet.of("bid", 101.25))
                .start();
    }

    /** One grant for both; it is listed by {@code ipc grant list} and can be revoked. */
    static CapabilityGrant grant(AppIdentity quotes, String readerId, String viewerId) {
        Instant expires = Instant.now().plus(Duration.ofDays(30));
        return IssuedGrants.of(quotes)
                .add(CapabilityGrant.issue(quotes, "quotes.read", List.of(readerId, viewerId), expires));
    }

    /** The argument: the file that the grant is written to. */
    public static void main(String[] arguments) throws InterruptedException {
        AppIdentity quotes = AppIdentity.open("acme", "quotes");
        String readerId = AppIdentity.open("acme", "reader").id();
        String viewerId = AppIdentity.open("acme", "viewer").id();
        grant(quotes, readerId, viewerId).write(Path.of(arguments[0]));
        try (IpcServer server = serve(quotes)) {
            System.out.println("serving " + server.endpoints());
            server.awaitClosed();
        }
    }
}
