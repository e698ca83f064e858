package io.valise.ipc.nats.broker;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
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
    private static final int MOST_PORT = 65_535;
    private static final Pattern NUMBER = Pattern.compile("\\[.*]|[0-9.]+");

    /** What a malformed address begins with, and what may be a user and a password, or a token, in it. */
    private static final Pattern PARTS = Pattern.compile("(?s)([A-Za-z][A-Za-z0-9+.-]*:/+)?(?:(.*)@)?(.*)");

    /** No port, and perhaps a password whose host is missing. */
    private static final Pattern NO_PORT = Pattern.compile("(?s)([^\\[:][^:]*:)(?![0-9]*/?$).*");

    private static final String HIDDEN = "…";
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
                if (port < 1 || port > MOST_PORT) {
                    throw refused("port: limit=1.." + MOST_PORT + ", expected " + EXPECTED, text, null);
                }
                return new BrokerAddress(
                        text.trim(),
                        uri.getScheme() + "://" + uri.getHost() + ':' + port,
                        userOf(uri.getRawUserInfo()));
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
        String safe = withoutSecret(text);
        return new IllegalArgumentException(
                "address of a NATS server: " + why + ", actual=\"" + safe.substring(0, Math.min(100, safe.length()))
                        + '"',
                text.equals(safe) ? cause : null);
    }

    /** An address that is malformed may have a secret anywhere before its last @, and where its port should be. */
    private static String withoutSecret(String text) {
        Matcher parts = PARTS.matcher(text.trim());
        if (!parts.matches()) { // it matches all
            return HIDDEN;
        }
        String scheme = parts.group(1) == null ? "" : parts.group(1);
        String rest = parts.group(3);
        Matcher noPort = NO_PORT.matcher(rest);
        String shown = noPort.matches() ? noPort.group(1) + HIDDEN : rest;
        return scheme + (parts.group(2) == null ? "" : HIDDEN + '@') + shown;
    }

    /** A user without a password is a token. */
    private static @Nullable String userOf(@Nullable String userInfo) {
        int colon = userInfo == null ? -1 : userInfo.indexOf(':');
        return userInfo == null || colon < 0
                ? null
                : URI.create("nats://" + userInfo.substring(0, colon) + "@host").getUserInfo();
    }

    /** A text in which neither the user and password of this address stand, nor its token. */
    String hiddenIn(String text) {
        String userInfo = userInfo();
        return userInfo == null ? text : text.replace(userInfo + '@', "");
    }

    /** As it was given; null where there is none. */
    @Nullable String userInfo() {
        return URI.create(url).getRawUserInfo();
    }

    /** Without the password. */
    @Override
    public String toString() {
        return shown;
    }
}
