package io.valise.examples.access;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.CapabilityGrant;
import io.valise.ipc.services.loopback.LoopbackManifest;
import java.nio.file.Path;

/** A client that its own manifest lets out, with a grant. */
public final class QuotesReader {
    private QuotesReader() {}

    static IpcConnection connect(AppIdentity reader, Path grant) {
        return IpcClient.builder("loopback:guarded-quotes")
                .loopbackRules(LoopbackManifest.rules(reader))
                .grant(CapabilityGrant.read(grant))
                .connect();
    }

    /** The arguments: which application of the publisher it is, and the grant's file. */
    public static void main(String[] arguments) {
        AppIdentity reader = AppIdentity.open("acme", arguments[0]);
        try (IpcConnection quotes = connect(reader, Path.of(arguments[1]))) {
            System.out.println(quotes.request("price", ValueSet.empty()).getDouble("bid"));
        } catch (IpcException e) { // ACCESS_DENIED: `ipc loopback watch` shows the rule that is missing
            System.out.println(e.getMessage());
        }
    }
}
