package io.valise.ipc.identity;

import io.valise.ipc.ValueSet;
import java.io.IOException;
import java.util.HexFormat;

/** Waits for a byte, opens an identity and prints its id and a signature of nothing. */
final class IdentityPrinter {
    private IdentityPrinter() {}

    public static void main(String[] arguments) throws IOException {
        System.out.println("ready " + ValueSet.empty().size());
        if (System.in.read() >= 0) {
            AppIdentity identity = AppIdentity.open(arguments[0], arguments[1]);
            System.out.println(identity.id() + " " + HexFormat.of().formatHex(identity.sign(new byte[0])));
        }
    }
}
