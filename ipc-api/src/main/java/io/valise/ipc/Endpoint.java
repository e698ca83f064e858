package io.valise.ipc;

import java.util.regex.Pattern;

/**
 * The address of a server: a transport's scheme and a name, written {@code scheme:name}. Immutable.
 *
 * @param scheme the transport, in lower case: {@code shm}, {@code pipe}, {@code loopback}, {@code local}, {@code any},
 *     {@code nats}, {@code system}, {@code system-shm}, {@code system-pipe} or that of a third-party transport; matches {@code [a-z][a-z0-9-]{0,15}}
 * @param name the server's name among those of this user, of the machine where it is system-wide, or of the network by
 *     {@code nats}; matches {@code [A-Za-z0-9][A-Za-z0-9._-]{0,63}}
 * @since 0.1.0
 */
public record Endpoint(String scheme, String name) {
    /** The scheme that stands for every transport there is. */
    public static final String ANY = "any";

    /**
     * The scheme that stands for every transport by which a server of one account serves other users of the machine: {@code
     * system:quotes} is {@code system-shm:quotes} and {@code system-pipe:quotes}.
     */
    public static final String SYSTEM = "system";

    private static final String SYSTEM_WIDE = SYSTEM + '-';

    private static final Pattern SCHEME = Pattern.compile("[a-z][a-z0-9-]{0,15}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /** @throws IllegalArgumentException when a part is malformed; the message says which and how it must look */
    public Endpoint {
        check("scheme", scheme, SCHEME, "one of shm, pipe, loopback, local, any, system");
        check("name", name, NAME, "1 to 64 characters A-Z a-z 0-9 . _ - that begin with a letter or digit");
    }

    /**
     * Parses {@code scheme:name}.
     *
     * @throws IllegalArgumentException when the text is malformed; the message says what was wrong
     */
    public static Endpoint parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException(
                    "endpoint: expected scheme:name such as shm:quotes, actual=\"" + excerpt(text) + '"');
        }
        return new Endpoint(text.substring(0, colon), text.substring(colon + 1));
    }

    /** Whether a text can be the name of an endpoint. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** The same name by another transport. */
    public Endpoint withScheme(String otherScheme) {
        return new Endpoint(otherScheme, name);
    }

    /** Whether this is an {@code any:} address, which stands for every transport. */
    public boolean isAny() {
        return scheme.equals(ANY);
    }

    /**
     * Whether servers and clients of different users meet at this address: {@code system:}, or {@code system-} and the scheme
     * of a transport.
     */
    public boolean isSystemWide() {
        return scheme.equals(SYSTEM) || scheme.startsWith(SYSTEM_WIDE);
    }

    /** Whether this stands for several transports: {@code any:} and {@code system:} do. */
    public boolean isCollective() {
        return isAny() || scheme.equals(SYSTEM);
    }

    /** The address as {@link #parse} reads it. */
    @Override
    public String toString() {
        return scheme + ':' + name;
    }

    private static void check(String part, String text, Pattern pattern, String expected) {
        if (!pattern.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "endpoint " + part + ": expected " + expected + ", actual=\"" + excerpt(text) + '"');
        }
    }

    private static String excerpt(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "… (" + text.length() + " characters)";
    }
}
