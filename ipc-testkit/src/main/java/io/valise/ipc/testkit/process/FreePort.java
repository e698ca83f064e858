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
    /** Systems give the ports from here on to connections and to servers that ask for any: Linux these, others fewer. */
    private static final int GIVEN_TO_OTHERS = 32_768;

    private FreePort() {}

    /**
     * Chooses one of the loopback interface at random. It is below those that systems give away, so that no other
     * program gets it before the test uses it.
     */
    public static int find() {
        return ThreadLocalRandom.current()
                .ints(10_000, GIVEN_TO_OTHERS)
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
