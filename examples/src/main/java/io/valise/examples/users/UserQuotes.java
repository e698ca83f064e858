package io.valise.examples.users;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;

/**
 * Serves other users of the machine. Root has given the name to the account that runs it: {@code ipc system install
 * --service quotes --user quotes-svc --allow traders}.
 */
public final class UserQuotes {
    private UserQuotes() {}

    static IpcServer serve(String... users) {
        return IpcServer.builder("system:quotes")
                .access(AccessPolicy.users(users))
                .service(
                        "price",
                        request -> ValueSet.of(
                                "bid", 101.25, "for", request.caller().user().orElseThrow()))
                .start();
    }

    /** The arguments: the users that may call. */
    public static void main(String[] arguments) throws InterruptedException {
        try (IpcServer server = serve(arguments)) {
            System.out.println("serving " + server.endpoints());
            server.awaitClosed();
        }
    }
}
