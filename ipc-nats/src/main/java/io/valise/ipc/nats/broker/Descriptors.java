package io.valise.ipc.nats.broker;

import io.valise.ipc.spi.runtime.FileFailure;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether this process has descriptors left. It opens a device and no socket: the first socket of a JVM that is closed takes two more
 * descriptors, and where there are none, no class of the JDK that needs them works ever after. Stateless.
 */
final class Descriptors {
    private static final String DEVICE = "/dev/null"; // where there is none, nothing is known to be lacking
    private static final Pattern SAID = Pattern.compile(Pattern.quote(DEVICE) + " \\((.*)\\)");

    /** More than a lookup takes: sockets for three name servers and one for TCP, a file, and what other threads take meanwhile. */
    private static final int FOR_A_LOOKUP = 8;

    private Descriptors() {}

    /**
     * Checks that there are enough for looking up a host. A lookup that lacks one fails as that of a host that does not exist, and the
     * JDK keeps this ({@code networkaddress.cache.negative.ttl}, 10 s): there would be no broker though descriptors are free again.
     *
     * @throws IOException what the system says where there are fewer
     */
    static void requireForLookup() throws IOException {
        Optional<String> lack = lack(FOR_A_LOOKUP);
        if (lack.isPresent()) {
            throw new IOException(lack.get());
        }
    }

    /** What the system says where fewer than so many are left just now. */
    static Optional<String> lack(int count) {
        Deque<InputStream> open = new ArrayDeque<>();
        try {
            while (open.size() < count) {
                open.push(new FileInputStream(DEVICE));
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(e)
                    .filter(FileFailure::isLackOfDescriptors)
                    .map(Throwable::getMessage)
                    .map(Descriptors::withoutDevice);
        } finally {
            open.forEach(Descriptors::close);
        }
    }

    private static String withoutDevice(String message) {
        Matcher said = SAID.matcher(message);
        return said.matches() ? said.group(1) : message;
    }

    private static void close(InputStream device) {
        try {
            device.close();
        } catch (IOException e) {
            throw new IllegalStateException("a device cannot be closed", e);
        }
    }
}
