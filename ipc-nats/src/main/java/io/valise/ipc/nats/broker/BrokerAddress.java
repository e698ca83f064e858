package io.valise.ipc.nats.broker;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
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
    private static final Set<String> WEBSOCKETS = Set.of("ws", "wss");
    private static final Pattern NUMBER = Pattern.compile("\\[.*]|[0-9.]+");
    private static final String EXPECTED = "nats://host:port or tls://host:port";

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException when it is malformed, or that of a websocket, which is not supported; the message does not
     *     repeat a password
     */
    public static BrokerAddress parse(String text) {
        try {
            URI uri = new URI(text.trim());
            if (WEBSOCKETS.contains(String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT))) {
                throw refused("websockets are not supported: give its port for clients, " + EXPECTED, text, null);
            }
            if (uri.getHost() != null && SCHEMES.contains(String.valueOf(uri.getScheme())) && isBare(uri.getPath())) {
                int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
                String info = uri.getUserInfo();
                String user = info == null || info.indexOf(':') < 0 ? null : info.substring(0, info.indexOf(':'));
                return new BrokerAddress(text.trim(), uri.getScheme() + "://" + uri.getHost() + ':' + port, user);
            }
        } catch (URISyntaxException malformed) {
            throw refused("expected " + EXPECTED, text, malformed);
        }
        throw refused("expected " + EXPECTED, text, null);
    }

    /** Whether the host is a name, and not a number of IPv4 or IPv6. */
    boolean hasHostName() {
        return !NUMBER.matcher(URI.create(url).getHost()).matches();
    }

    private static boolean isBare(@Nullable String path) {
        return path == null || path.isEmpty() || path.equals("/");
    }

    private static IllegalArgumentException refused(String why, String text, @Nullable Exception cause) {
        String safe = text.replaceFirst("//[^/@]*@", "//…@");
        return new IllegalArgumentException(
                "address of a NATS server: " + why + ", actual=\"" + safe.substring(0, Math.min(100, safe.length()))
                        + '"',
                text.equals(safe) ? cause : null);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return shown;
    }
}
