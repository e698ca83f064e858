package io.valise.ipc.testkit.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A TCP port at which nothing listens, for a test that has to know it beforehand. Stateless.
 *
 * @since 0.2.0
 */
public final class FreePort {
    /** The first ephemeral port of Linux; those of other systems begin above it. */
    private static final int FIRST_EPHEMERAL = 32_768;

    private FreePort() {}

    /**
     * Chooses a free port of the loopback interface at random. It is below the ephemeral ports, so that the system gives
     * it to no other program before the test uses it.
     */
    public static int find() {
        return ThreadLocalRandom.current()
                .ints(10_000, FIRST_EPHEMERAL)
                .filter(FreePort::isFree)
                .findFirst()
                .getAsInt();
    }

    private static boolean isFree(int port) {
        try (ServerSocket tried = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return tried.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
