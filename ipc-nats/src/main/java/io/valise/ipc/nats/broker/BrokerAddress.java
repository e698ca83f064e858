package io.valise.ipc.nats.broker;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a broker listens.
 *
 * @param url as it was given, perhaps with a password
 * @param shown without user and password, for messages
 * @param user the user in it, if any
 */
public record BrokerAddress(
        String url, String shown, @Nullable String user) {
    private static final int DEFAULT_PORT = 4222;
    private static final Set<String> SCHEMES = Set.of("nats", "tls");

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException when it is malformed; the message does not repeat a password
     */
    public static BrokerAddress parse(String text) {
        try {
            URI uri = new URI(text.trim());
            if (uri.getHost() != null && SCHEMES.contains(String.valueOf(uri.getScheme())) && isBare(uri.getPath())) {
                int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
                String info = uri.getUserInfo();
                String user = info == null || info.indexOf(':') < 0 ? null : info.substring(0, info.indexOf(':'));
                return new BrokerAddress(text.trim(), uri.getScheme() + "://" + uri.getHost() + ':' + port, user);
            }
        } catch (URISyntaxException malformed) {
            throw malformed(text, malformed);
        }
        throw malformed(text, null);
    }

    private static boolean isBare(@Nullable String path) {
        return path == null || path.isEmpty() || path.equals("/");
    }

    private static IllegalArgumentException malformed(String text, @Nullable Exception cause) {
        String safe = text.replaceFirst("//[^/@]*@", "//…@");
        return new IllegalArgumentException(
                "address of a NATS server: expected nats://host:port or tls://host:port, actual=\""
                        + safe.substring(0, Math.min(100, safe.length())) + '"',
                text.equals(safe) ? cause : null);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return shown;
    }
}
