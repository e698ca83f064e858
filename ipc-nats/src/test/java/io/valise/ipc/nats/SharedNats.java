package io.valise.ipc.nats;

import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.process.ForkedJvm;

/**
 * One nats-server for all rules of the kit in this JVM, which the processes of the rules find by the setting. A rule that
 * hangs ends it with all processes of the tests: the next rule has it again.
 */
final class SharedNats {
    private static final NatsServer SERVER = started();

    private SharedNats() {}

    private static NatsServer started() {
        NatsServer server = NatsServer.open();
        System.setProperty(NatsOptions.URL_PROPERTY, server.url());
        ForkedJvm.handOn(NatsOptions.URL_PROPERTY);
        return server;
    }

    static Transport transport() {
        if (!System.getProperty(NatsOptions.URL_PROPERTY).equals(SERVER.url())) {
            throw new AssertionError("another test has set " + NatsOptions.URL_PROPERTY);
        }
        SERVER.ensureRunning();
        return new NatsTransport();
    }
}
