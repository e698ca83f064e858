package io.valise.ipc.services.loopback;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.LoopbackAccessRules;
import io.valise.ipc.services.json.ValueSetJson;
import io.valise.ipc.services.manifest.ManifestFolder;
import io.valise.ipc.services.manifest.ManifestReader;
import io.valise.ipc.spi.runtime.ConfigurationDirectory;
import io.valise.ipc.spi.runtime.FollowedFile;
import io.valise.ipc.spi.runtime.PrivateFile;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * With whom an application talks over {@code loopback:}, as the user has it: the file {@code loopback/ID.json} in the
 * configuration folder, where ID is {@link AppIdentity#id()}. A program follows it by {@link #rules}, and the command
 * {@code ipc loopback} changes it, while the program runs. Immutable and thread-safe; {@link #update} and {@link #remove}
 * are safe among processes.
 *
 * <pre>{@code
 * {
 *   "application": "quotes_8wekyb3d8bbwe",
 *   "capabilities": ["privateNetworkClientServer"],
 *   "in": ["reader_8wekyb3d8bbwe"],
 *   "out": [],
 *   "exemptions": {"in": "2027-01-01T00:00:00Z", "out": "always"}
 * }
 * }</pre>
 *
 * <p>{@code in} and {@code out} name the applications that may connect to this one, and to which this one may connect. An
 * exemption lets peers <em>without</em> an identity pass in its direction, until a time or always, as {@code CheckNetIsolation
 * LoopbackExempt} does with {@code -is} and {@code -a} on Windows. Without {@code privateNetworkClientServer} nothing is
 * allowed.
 *
 * <p>Errors are {@link IpcException}s: {@code PROTOCOL_ERROR} when a file is no such manifest, with file and member;
 * {@code ACCESS_DENIED} and {@code RESOURCE_EXHAUSTED} as {@link ManifestFolder}.
 *
 * @param applicationId whose rules they are
 * @param privateNetworkClientServer whether the application declares that capability
 * @param in who may connect to this application
 * @param out to whom this application may connect
 * @since 0.1.0
 */
public record LoopbackManifest(String applicationId, boolean privateNetworkClientServer, Side in, Side out) {
    /** The folder's name. */
    public static final String FOLDER = "loopback";

    private static final String CAPABILITY = "privateNetworkClientServer";
    private static final String ALWAYS = "always";

    /**
     * Which way a connection is made, as the application sees it.
     *
     * @since 0.1.0
     */
    public enum Direction {
        /** Others connect to the application. */
        IN,
        /** The application connects to others. */
        OUT
    }

    /**
     * What is allowed in one direction. Immutable.
     *
     * @param applications the ids of the peers that are named by rules
     * @param exemptUntil until when peers without an identity are allowed, {@link Instant#MAX} for always; empty for never
     * @since 0.1.0
     */
    public record Side(Set<String> applications, Optional<Instant> exemptUntil) {
        static final Side NOTHING = new Side(Set.of(), Optional.empty());

        /**
         * Takes a copy of the set.
         *
         * @throws IllegalArgumentException when one of them is no id
         */
        public Side {
            applications = Set.copyOf(applications);
            applications.forEach(AppIdentity::requireId);
        }

        /** This with a rule that names a peer. */
        public Side allowing(String peerId) {
            Set<String> more = new TreeSet<>(applications);
            more.add(peerId);
            return new Side(more, exemptUntil);
        }

        /** This without the rule that names a peer. */
        public Side without(String peerId) {
            Set<String> fewer = new TreeSet<>(applications);
            fewer.remove(peerId);
            return new Side(fewer, exemptUntil);
        }

        /** This with peers without an identity allowed until a time; {@link Instant#MAX} for always. */
        public Side exempting(Instant until) {
            return new Side(applications, Optional.of(until));
        }

        /** This with peers without an identity blocked. */
        public Side withoutExemption() {
            return new Side(applications, Optional.empty());
        }
    }

    /** One that declares the capability and allows nothing. */
    public static LoopbackManifest of(String applicationId) {
        return new LoopbackManifest(applicationId, true, Side.NOTHING, Side.NOTHING);
    }

    /**
     * The rules of an application, as its manifest says while the program runs: what is added counts at once, what is removed
     * within a second, also for connections that are open. Without a manifest nothing is allowed; one that becomes
     * unreadable allows nothing until it is mended. For {@code IpcServer.Builder.loopbackRules} and {@code
     * IpcClient.Builder.loopbackRules}.
     *
     * @throws IpcException as the class says, when there is a file that is no such manifest now
     */
    public static LoopbackAccessRules rules(AppIdentity application) {
        FollowedFile<LoopbackAccessRules> file = new FollowedFile<>(
                () -> ConfigurationDirectory.existing(FOLDER)
                        .map(folder -> ManifestFolder.of(FOLDER).file(application.id())),
                place -> find(application.id()).orElse(of(application.id())).rules());
        file.latest();
        return LoopbackAccessRules.following(application, file::recent, file::latest);
    }

    /** What this says, to {@link LoopbackAccessRules#explain}; it does not follow the file. */
    public LoopbackAccessRules rules() {
        LoopbackAccessRules.Builder rules =
                LoopbackAccessRules.builder(applicationId).privateNetworkClientServer(privateNetworkClientServer);
        in.applications.forEach(rules::in);
        out.applications.forEach(rules::out);
        in.exemptUntil.ifPresent(rules::exemptInbound);
        out.exemptUntil.ifPresent(rules::exemptOutbound);
        return rules.build();
    }

    /** The ids of the applications that have a manifest, in their order; one that is damaged is among them. */
    public static List<String> applicationIds() {
        return ManifestFolder.of(FOLDER).names();
    }

    /**
     * The manifest of an application; empty when there is none.
     *
     * @throws IpcException as the class says
     */
    public static Optional<LoopbackManifest> find(String applicationId) {
        return ManifestFolder.of(FOLDER).read(applicationId).map(LoopbackManifest::of);
    }

    private static LoopbackManifest of(ManifestReader reader) {
        reader.knowing("application", "capabilities", "in", "out", "exemptions");
        String application = reader.ownName("application");
        List<String> capabilities = reader.texts("capabilities");
        if (!List.of(CAPABILITY).containsAll(capabilities)) {
            throw reader.fault("\"capabilities\": expected [\"" + CAPABILITY + "\"] or [], actual=" + capabilities);
        }
        Optional<ManifestReader> exemptions = reader.object("exemptions").map(members -> members.knowing("in", "out"));
        LoopbackManifest manifest = new LoopbackManifest(
                application,
                !capabilities.isEmpty(),
                new Side(applications(reader, "in"), until(exemptions, "in")),
                new Side(applications(reader, "out"), until(exemptions, "out")));
        int rules = manifest.in.applications.size() + manifest.out.applications.size();
        if (rules > LoopbackAccessRules.MAX_RULES) {
            throw reader.fault(
                    "\"in\" and \"out\": limit=" + LoopbackAccessRules.MAX_RULES + " rules, actual=" + rules);
        }
        return manifest;
    }

    private static Set<String> applications(ManifestReader reader, String member) {
        List<String> ids = reader.texts(member);
        ids.stream().filter(id -> !AppIdentity.isId(id)).findFirst().ifPresent(wrong -> {
            throw reader.fault('"' + member + "\": expected ids of applications such as \"reader_8wekyb3d8bbwe\""
                    + " (`ipc identity show` prints them), actual=\"" + wrong + '"');
        });
        return Set.copyOf(ids);
    }

    private static Optional<Instant> until(Optional<ManifestReader> exemptions, String member) {
        return exemptions.flatMap(reader -> reader.text(member).map(text -> instant(reader, member, text)));
    }

    private static Instant instant(ManifestReader reader, String member, String text) {
        try {
            return text.equals(ALWAYS) ? Instant.MAX : Instant.parse(text);
        } catch (DateTimeException e) {
            throw reader.fault("\"exemptions\", \"" + member + "\": expected \"" + ALWAYS
                    + "\" or a time such as \"2027-01-01T00:00:00Z\", actual=\"" + text + '"');
        }
    }

    /**
     * Changes the manifest of an application, while no other process does. It is on the disk when this returns.
     *
     * @param change given what the file says, or {@link #of(String)} where there is none
     * @return what it says now
     * @throws IllegalArgumentException when an id is malformed, the manifest is another application's, or there are too
     *     many rules
     * @throws IpcException as the class says; a damaged file is left as it is
     */
    public static LoopbackManifest update(String applicationId, UnaryOperator<LoopbackManifest> change) {
        AppIdentity.requireId(applicationId);
        Path folder = ManifestFolder.of(FOLDER).create();
        return ConfigurationDirectory.locked(folder, () -> {
            LoopbackManifest changed = change.apply(find(applicationId).orElse(of(applicationId)));
            if (!changed.applicationId.equals(applicationId)) {
                throw new IllegalArgumentException(
                        "manifest: expected that of " + applicationId + ", actual=" + changed.applicationId);
            }
            changed.rules(); // refuses too many
            PrivateFile.write(
                    ManifestFolder.of(FOLDER).file(applicationId),
                    ValueSetJson.writeIndented(changed.toValueSet()) + '\n');
            return changed;
        });
    }

    /**
     * Removes the manifest of an application, also one that is damaged: nothing is allowed then.
     *
     * @return whether there was one
     * @throws IpcException as the class says
     */
    public static boolean remove(String applicationId) {
        return ConfigurationDirectory.existing(FOLDER)
                .map(folder -> ConfigurationDirectory.locked(folder, () -> removeLocked(applicationId)))
                .orElse(false);
    }

    private static boolean removeLocked(String applicationId) {
        boolean present = applicationIds().contains(applicationId);
        if (present) {
            PrivateFile.remove(ManifestFolder.of(FOLDER).file(applicationId));
        }
        return present;
    }

    /** What is allowed in a direction. */
    public Side side(Direction direction) {
        return direction == Direction.IN ? in : out;
    }

    /** This with something else allowed in a direction. */
    public LoopbackManifest with(Direction direction, UnaryOperator<Side> change) {
        return direction == Direction.IN
                ? new LoopbackManifest(applicationId, privateNetworkClientServer, change.apply(in), out)
                : new LoopbackManifest(applicationId, privateNetworkClientServer, in, change.apply(out));
    }

    /** This with the capability {@code privateNetworkClientServer} declared or not. */
    public LoopbackManifest declaring(boolean declared) {
        return new LoopbackManifest(applicationId, declared, in, out);
    }

    /** As the file has it. */
    public ValueSet toValueSet() {
        ValueSet.Builder exemptions = ValueSet.builder();
        in.exemptUntil.ifPresent(until -> exemptions.put("in", text(until)));
        out.exemptUntil.ifPresent(until -> exemptions.put("out", text(until)));
        return ValueSet.builder()
                .put("application", applicationId)
                .put("capabilities", privateNetworkClientServer ? List.of(CAPABILITY) : List.of())
                .put("in", List.copyOf(new TreeSet<>(in.applications)))
                .put("out", List.copyOf(new TreeSet<>(out.applications)))
                .put("exemptions", exemptions.build())
                .build();
    }

    private static String text(Instant until) {
        return until.equals(Instant.MAX) ? ALWAYS : until.toString();
    }
}
