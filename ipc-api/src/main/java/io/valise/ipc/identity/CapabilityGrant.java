package io.valise.ipc.identity;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.internal.identity.Ed25519;
import io.valise.ipc.spi.runtime.PrivateFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Leave to use a capability, such as {@code quotes.read}: a small text, signed with the key of the service's owner, for
 * one application or several, until a given time. The application presents it when it connects; a server of that owner
 * then lets {@link io.valise.ipc.AccessPolicy#requireCapability} pass it, unless it was {@linkplain
 * IssuedGrants#revoke revoked}. It is no secret: for another application it is worth nothing. Immutable and thread-safe.
 *
 * <pre>
 *   valise-grant 1
 *   capability=quotes.read
 *   application=reader_8wekyb3d8bbwe     (a line for each, at most 16)
 *   expires=2027-01-01T00:00:00Z
 *   development=false
 *   owner=(64 hexadecimal digits: the owner's public key)
 *   signature=(128 hexadecimal digits: Ed25519 of all lines above)
 * </pre>
 *
 * @since 0.1.0
 */
public final class CapabilityGrant {
    /** The longest text of a grant, in characters. */
    public static final int MAX_CHARACTERS = 1900;

    /** The most applications that one grant is for. */
    public static final int MAX_APPLICATIONS = 16;

    /** Set this system property to {@code true} at a server that is to accept grants for development. */
    public static final String DEVELOPMENT_PROPERTY = "valise.development";

    private static final String PURPOSE = "grant 1";
    private static final String ASK = "; ask its owner for another";
    private static final Instant EARLIEST = Instant.EPOCH;
    /** The last one of four digits. */
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private static final Pattern CAPABILITY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern FORM = Pattern.compile("(valise-grant 1\n"
            + "capability=(" + CAPABILITY + ")\n"
            + "((?:application=" + AppIdentity.ID + "\n){1," + MAX_APPLICATIONS + "})"
            + "expires=([0-9TZ:-]{20,30})\n"
            + "development=(true|false)\n"
            + "owner=([0-9a-f]{64})\n)"
            + "signature=([0-9a-f]{128})\n");

    private final String text;
    private final String signed;
    private final String id;
    private final String capability;
    private final List<String> applicationIds;
    private final Instant expires;
    private final boolean developmentOnly;
    private final byte[] owner;
    private final byte[] signature;

    private CapabilityGrant(String text, Matcher parts) {
        this.text = text;
        this.signed = parts.group(1);
        this.id =
                Ed25519.shortHash(signed.getBytes(StandardCharsets.US_ASCII)); // asked for at each call that it permits
        this.capability = parts.group(2);
        this.applicationIds = parts.group(3)
                .lines()
                .map(line -> line.substring(line.indexOf('=') + 1))
                .toList();
        this.expires = Instant.parse(parts.group(4));
        this.developmentOnly = Boolean.parseBoolean(parts.group(5));
        this.owner = HexFormat.of().parseHex(parts.group(6));
        this.signature = HexFormat.of().parseHex(parts.group(7));
    }

    /**
     * Grants a capability.
     *
     * @param owner whose services it is for: any of this publisher
     * @param capability 1 to 64 characters A-Z a-z 0-9 . _ - that begin with a letter or digit
     * @param applicationId {@link AppIdentity#id()} of the application that may use it
     * @param expires until when, cut to the second; in the year 9999 at the latest
     * @throws IllegalArgumentException when capability or application are malformed, or the time is too late
     */
    public static CapabilityGrant issue(AppIdentity owner, String capability, String applicationId, Instant expires) {
        return issue(owner, capability, List.of(applicationId), expires);
    }

    /**
     * Grants a capability to several applications; each presents the same text.
     *
     * @param owner whose services it is for: any of this publisher
     * @param capability 1 to 64 characters A-Z a-z 0-9 . _ - that begin with a letter or digit
     * @param applicationIds {@link AppIdentity#id()} of each application that may use it, {@value #MAX_APPLICATIONS} at most
     * @param expires until when, cut to the second; in the year 9999 at the latest
     * @throws IllegalArgumentException when capability or applications are malformed, none, too many or twice the same, or
     *     the time is too late
     */
    public static CapabilityGrant issue(
            AppIdentity owner, String capability, List<String> applicationIds, Instant expires) {
        return issue(owner, capability, applicationIds, expires, false);
    }

    /** Like {@link #issue(AppIdentity, String, List, Instant)}, for servers that run with {@value #DEVELOPMENT_PROPERTY} only. */
    public static CapabilityGrant issueForDevelopment(
            AppIdentity owner, String capability, List<String> applicationIds, Instant expires) {
        return issue(owner, capability, applicationIds, expires, true);
    }

    private static CapabilityGrant issue(
            AppIdentity owner, String capability, List<String> applicationIds, Instant expires, boolean development) {
        check("capability", capability, CAPABILITY);
        applicationIds.forEach(id -> check("application id", id, AppIdentity.ID));
        if (applicationIds.isEmpty() || applicationIds.size() > MAX_APPLICATIONS) {
            throw new IllegalArgumentException("applications of a grant: limit=1 to " + MAX_APPLICATIONS + ", actual="
                    + applicationIds.size() + ": issue another grant for the others");
        }
        if (Set.copyOf(applicationIds).size() < applicationIds.size()) {
            throw new IllegalArgumentException("applications of a grant: one is named twice, actual=" + applicationIds);
        }
        if (expires.isBefore(EARLIEST) || expires.isAfter(LATEST)) {
            throw new IllegalArgumentException("expires: limit=" + EARLIEST + " to " + LATEST + ", actual=" + expires);
        }
        String signed = "valise-grant 1\ncapability=" + capability
                + applicationIds.stream().map(id -> "\napplication=" + id).collect(Collectors.joining())
                + "\nexpires=" + expires.truncatedTo(ChronoUnit.SECONDS) + "\ndevelopment=" + development + "\nowner="
                + HexFormat.of().formatHex(Ed25519.raw(owner.publicKey())) + '\n';
        byte[] signature = owner.signFor(PURPOSE, signed.getBytes(StandardCharsets.US_ASCII));
        return parse(signed + "signature=" + HexFormat.of().formatHex(signature) + '\n');
    }

    private static void check(String what, String name, Pattern pattern) {
        if (!pattern.matcher(name).matches()) {
            throw new IllegalArgumentException(what + ": expected " + pattern + ", actual=\""
                    + name.substring(0, Math.min(100, name.length())) + '"');
        }
    }

    /**
     * Reads the text of a grant; whether it is a good one, the server finds out.
     *
     * @throws IpcException {@code PROTOCOL_ERROR} when the text has not the form of one
     */
    public static CapabilityGrant parse(String text) {
        return parse("capability grant", text, ASK);
    }

    /**
     * @param what how errors call it
     * @param remedy what errors tell to do
     */
    static CapabilityGrant parse(String what, String text, String remedy) {
        Matcher parts = FORM.matcher(text);
        try {
            if (text.length() <= MAX_CHARACTERS && parts.matches()) {
                return new CapabilityGrant(text, parts);
            }
        } catch (DateTimeException e) {
            throw malformed(what + ": expires: " + e.getMessage() + remedy, e);
        }
        throw malformed(
                what + ": expected the lines of a grant, limit=" + MAX_CHARACTERS + " characters, actual="
                        + text.length() + " characters of something else" + remedy,
                null);
    }

    private static IpcException malformed(String what, @Nullable Throwable cause) {
        return new IpcException(IpcStatus.PROTOCOL_ERROR, what, Delivery.NOT_SENT, cause);
    }

    /**
     * Reads a grant's file.
     *
     * @throws IpcException as {@link #parse}; {@code RESOURCE_EXHAUSTED} when the file cannot be read
     */
    public static CapabilityGrant read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return parse(
                    "capability grant " + file,
                    new String(in.readNBytes(MAX_CHARACTERS + 1), StandardCharsets.ISO_8859_1),
                    ASK);
        } catch (IOException e) {
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED, "cannot read the grant " + file + ": " + e, Delivery.NOT_SENT, e);
        }
    }

    /**
     * Writes the grant to a file with mode 0600, replacing it whole.
     *
     * @throws IpcException {@code RESOURCE_EXHAUSTED}, {@code ACCESS_DENIED}
     */
    public void write(Path file) {
        PrivateFile.write(file.toAbsolutePath(), text);
    }

    /**
     * Why a server of that owner ignores this grant at that time, when that application presents it; empty when it is
     * good, unless it {@linkplain IssuedGrants#revoked was revoked}.
     */
    public Optional<String> refusal(PublicKey serviceOwner, String presenterId, Instant now) {
        if (!names(serviceOwner)) {
            return Optional.of("another publisher, not this server's, granted it");
        }
        if (!isSignedBy(serviceOwner)) {
            return Optional.of("the signature does not fit: it was changed, or its owner did not sign it");
        }
        if (!applicationIds.contains(presenterId)) {
            return Optional.of("it is for " + String.join(", ", applicationIds));
        }
        if (!now.isBefore(expires)) {
            return Optional.of("it expired at " + expires);
        }
        return developmentOnly && !Boolean.getBoolean(DEVELOPMENT_PROPERTY)
                ? Optional.of("it is for development, and this server does not run with " + DEVELOPMENT_PROPERTY)
                : Optional.empty();
    }

    /** What may be used. */
    public String capability() {
        return capability;
    }

    /** By which applications: {@link AppIdentity#id()} of each; unmodifiable. */
    public List<String> applicationIds() {
        return applicationIds;
    }

    /** Its short name, by which it is revoked: 13 characters of lower-case base 32, a hash of all but the signature. */
    public String id() {
        return id;
    }

    /** Whether it says that this publisher issued it, signed or not. */
    boolean names(PublicKey publisher) {
        return Arrays.equals(owner, Ed25519.raw(publisher));
    }

    /** Whether this publisher issued it. */
    boolean isSignedBy(PublicKey publisher) {
        return names(publisher)
                && Ed25519.verify(publisher, PURPOSE, signed.getBytes(StandardCharsets.US_ASCII), signature);
    }

    /** Until when. */
    public Instant expires() {
        return expires;
    }

    /** Whether only servers in development accept it. */
    public boolean developmentOnly() {
        return developmentOnly;
    }

    /** The text, as in a file. */
    public String text() {
        return text;
    }

    /** Whether the other has the same text. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CapabilityGrant grant && grant.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** What it says, without the signature. */
    @Override
    public String toString() {
        return capability + " for " + String.join(", ", applicationIds) + " until " + expires
                + (developmentOnly ? ", for development" : "");
    }
}
