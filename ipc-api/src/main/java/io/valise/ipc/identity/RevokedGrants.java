package io.valise.ipc.identity;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.ConfigurationDirectory;
import io.valise.ipc.spi.runtime.FollowedFile;
import io.valise.ipc.spi.runtime.PrivateFile;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which grants a publisher has revoked: the file {@code grants/PUBLISHER_ID.revoked}, a line for each with its id and when
 * it would have expired. Servers follow it: what is revoked in another process counts within a second. A file that
 * cannot be read revokes all. Thread-safe.
 */
final class RevokedGrants {
    static final String FOLDER = "grants";

    /** The most that are kept. One that has expired is forgotten. */
    static final int MOST = 1000;

    private static final String HEAD = "valise-revoked 1";
    private static final Pattern LINE = Pattern.compile("([0-9a-hjkmnp-tv-z]{13}) ([0-9TZ:-]{20})");
    private static final int LINE_BYTES = 13 + 1 + 20 + 1;
    private static final int MAX_BYTES = HEAD.length() + 1 + MOST * LINE_BYTES;

    private final String publisherId;
    private final FollowedFile<Map<String, Instant>> file;

    RevokedGrants(String publisherId) {
        this.publisherId = publisherId;
        this.file = new FollowedFile<>(
                () -> ConfigurationDirectory.existing(FOLDER).map(this::in),
                place -> place.map(RevokedGrants::read).orElse(Map.of()));
    }

    /** Whether a grant was revoked, as far as was known a second ago at most. */
    boolean has(String grantId) {
        return file.recent().containsKey(grantId);
    }

    /** All, with the time at which each would have expired. */
    Map<String, Instant> all() {
        return file.latest();
    }

    /** Adds a grant, on the disk when this returns. */
    void add(CapabilityGrant grant) {
        Path folder = ConfigurationDirectory.folder(FOLDER);
        Path path = in(folder);
        ConfigurationDirectory.locked(folder, () -> {
            Map<String, Instant> all = new TreeMap<>(read(path));
            all.put(grant.id(), grant.expires());
            all.values().removeIf(expired -> !Instant.now().isBefore(expired));
            if (all.size() > MOST) {
                throw new IpcException(
                        IpcStatus.RESOURCE_EXHAUSTED,
                        "revoked grants of publisher " + publisherId + ": limit=" + MOST + ", actual=" + all.size()
                                + ": wait until one of them expires, or use another publisher's key",
                        Delivery.NOT_SENT);
            }
            PrivateFile.write(path, text(all));
            return all;
        });
    }

    private Path in(Path folder) {
        return folder.resolve(publisherId + ".revoked");
    }

    private static String text(Map<String, Instant> all) {
        StringBuilder text = new StringBuilder(HEAD).append('\n');
        all.forEach((id, expires) -> text.append(id).append(' ').append(expires).append('\n'));
        return text.toString();
    }

    private static Map<String, Instant> read(Path path) {
        return PrivateFile.read(path, MAX_BYTES).map(text -> parse(path, text)).orElse(Map.of());
    }

    private static Map<String, Instant> parse(Path path, String text) {
        List<String> lines = text.lines().toList();
        if (lines.isEmpty() || !lines.get(0).equals(HEAD) || !text.endsWith("\n")) {
            throw malformed(path, "it does not begin with the line \"" + HEAD + "\", or its end is missing");
        }
        Map<String, Instant> all = new HashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            Matcher parts = LINE.matcher(line);
            if (!parts.matches()) {
                throw malformed(path, "expected an id and a time, actual=\"" + line + '"');
            }
            try {
                all.put(parts.group(1), Instant.parse(parts.group(2)));
            } catch (DateTimeException e) {
                throw malformed(path, String.valueOf(e.getMessage()));
            }
        }
        return all;
    }

    private static IpcException malformed(Path path, String what) {
        return new IpcException(
                IpcStatus.PROTOCOL_ERROR,
                "revoked grants " + path + ": " + what + "; no grant is accepted until the file is restored or removed",
                Delivery.NOT_SENT);
    }
}
