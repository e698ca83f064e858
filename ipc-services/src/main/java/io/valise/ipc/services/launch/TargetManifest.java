package io.valise.ipc.services.launch;

import io.valise.ipc.IpcException;
import io.valise.ipc.services.manifest.ManifestFolder;
import io.valise.ipc.services.manifest.ManifestReader;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the file {@code targets/NAME.json} declares. Immutable.
 *
 * @param name the target's name, and the file's
 * @param command its program and arguments
 * @param schemes of the URIs that it takes; may be empty
 */
record TargetManifest(String name, List<String> command, List<String> schemes) {
    /** By RFC 3986, in lower case. With one letter it could not be told from a drive of Windows. */
    private static final Pattern SCHEME = Pattern.compile("[a-z][a-z0-9+.-]{1,38}");

    static ManifestFolder folder() {
        return ManifestFolder.of(ResultLauncher.FOLDER);
    }

    /**
     * The manifest of a target; empty when there is none.
     *
     * @throws IpcException {@code PROTOCOL_ERROR} when the file is no manifest, and as {@link ManifestFolder}
     */
    static Optional<TargetManifest> find(String name) {
        return folder().read(name).map(TargetManifest::of);
    }

    private static TargetManifest of(ManifestReader reader) {
        reader.knowing("name", "command", "schemes");
        List<String> schemes = reader.texts("schemes");
        for (String scheme : schemes) {
            if (!SCHEME.matcher(scheme).matches()) {
                throw reader.fault(
                        "\"schemes\": expected URI schemes of 2 to 39 characters a-z 0-9 + . - that begin with a"
                                + " letter, actual=\"" + scheme + '"');
            }
        }
        return new TargetManifest(reader.ownName("name"), reader.command("command"), schemes);
    }

    /** Whether it takes URIs of this one's scheme. */
    boolean takes(URI uri) {
        return schemes.contains(uri.getScheme().toLowerCase(Locale.ROOT));
    }
}
