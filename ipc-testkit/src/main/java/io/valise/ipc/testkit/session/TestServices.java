package io.valise.ipc.testkit.session;

import io.valise.ipc.IpcServer;
import io.valise.ipc.Request;

/** Services that tests and forked servers offer alike. */
public final class TestServices {
    private TestServices() {}

    /** Adds {@code echo}, which returns its request. */
    public static IpcServer.Builder echo(IpcServer.Builder builder) {
        return builder.service("echo", Request::message);
    }
}
