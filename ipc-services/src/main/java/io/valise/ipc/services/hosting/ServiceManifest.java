package io.valise.ipc.services.hosting;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.services.manifest.ManifestFolder;
import io.valise.ipc.services.manifest.ManifestReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How a service is started when a client asks for it: the file {@code services/NAME.json} in the user's configuration
 * folder. Immutable.
 *
 * <pre>{@code
 * {
 *   "name": "quotes",
 *   "command": ["/usr/bin/java", "-cp", "/opt/quotes/lib/*", "com.example.Quotes"],
 *   "endpoints": ["any:quotes"],
 *   "services": ["price"],
 *   "classes": ["acme.Quote"],
 *   "instances": "shared",
 *   "idleSeconds": 30
 * }
 * }</pre>
 *
 * <p>Name and command are needed. The command runs in the user's home directory, without a shell.
 *
 * @param name the name of its addresses, and of the file
 * @param command the program, by its absolute path or its name on the PATH, and its arguments
 * @param endpoints where it serves; {@code any:NAME} unless said otherwise
 * @param services what it offers, for catalogs; may be empty
 * @param classes the names of the classes whose objects it makes for others; may be empty
 * @param mode how many processes there are; {@code SHARED} unless said otherwise
 * @param idle how long after its last connection it ends; 30 seconds unless said otherwise
 * @since 0.1.0
 */
public record ServiceManifest(
        String name,
        List<String> command,
        List<Endpoint> endpoints,
        List<String> services,
        List<String> classes,
        InstanceMode mode,
        Duration idle) {

    /** The folder's name. */
    public static final String FOLDER = "services";

    /** What the name of a service begins with that makes objects of a class; the class's name follows. */
    public static final String CLASS_PREFIX = "class:";

    static final Duration DEFAULT_IDLE = Duration.ofSeconds(30);

    private static final Pattern CLASS = Pattern.compile("[A-Za-z_][A-Za-z0-9._$-]{0,127}");
    /** An instance of a service has a dot and eight characters more in its name. */
    private static final int LONGEST_NAME_OF_MANY = 55;

    /** Lists are copied. */
    public ServiceManifest {
        command = List.copyOf(command);
        endpoints = List.copyOf(endpoints);
        services = List.copyOf(services);
        classes = List.copyOf(classes);
    }

    /**
     * Checks the name of a class of objects.
     *
     * @return the name
     * @throws IllegalArgumentException when it is none
     */
    public static String checkClass(String name) {
        if (!CLASS.matcher(name).matches()) {
            throw new IllegalArgumentException("name of a class: expected " + CLASS + ", actual=\"" + name + '"');
        }
        return name;
    }

    /**
     * The manifest that declares a class; empty when none does. Manifests that are malformed are passed over if another
     * one declares it.
     *
     * @param className the name of the class
     * @throws IpcException {@code ENDPOINT_NOT_FOUND} when several manifests declare it, {@code PROTOCOL_ERROR} when none
     *     does and one is malformed; as {@link #find} otherwise
     * @throws IllegalArgumentException when it is no name of a class
     */
    public static Optional<ServiceManifest> ofClass(String className) {
        checkClass(className);
        ManifestFolder folder = ManifestFolder.of(FOLDER);
        List<ServiceManifest> found = new ArrayList<>(1);
        Optional<IpcException> malformed = Optional.empty();
        for (String name : folder.names()) {
            try {
                find(name).filter(each -> each.classes().contains(className)).ifPresent(found::add);
            } catch (IpcException e) { // a fault in one manifest does not hide the others
                malformed = Optional.of(e);
            }
        }
        if (found.size() > 1) {
            throw new IpcException(
                    IpcStatus.ENDPOINT_NOT_FOUND,
                    ManifestFolder.several(
                            "class " + className,
                            found.stream().map(each -> folder.file(each.name())).toList(),
                            "take it out of \"classes\" of the others"),
                    Delivery.NOT_SENT);
        } else if (found.isEmpty() && malformed.isPresent()) {
            throw malformed.get();
        }
        return found.stream().findFirst();
    }

    /**
     * The manifest of a service; empty when there is none.
     *
     * @throws IpcException {@code PROTOCOL_ERROR} when the file is no manifest; the message names file and member. Also
     *     {@code ACCESS_DENIED} and {@code RESOURCE_EXHAUSTED}, as {@link ManifestFolder}
     */
    public static Optional<ServiceManifest> find(String name) {
        return ManifestFolder.of(FOLDER).read(name).map(ServiceManifest::of);
    }

    private static ServiceManifest of(ManifestReader reader) {
        reader.knowing("name", "command", "endpoints", "services", "classes", "instances", "idleSeconds");
        String name = reader.ownName("name");
        InstanceMode mode = reader.word("instances", InstanceMode.class).orElse(InstanceMode.SHARED);
        if (mode == InstanceMode.PER_CONNECTION && name.length() > LONGEST_NAME_OF_MANY) {
            throw reader.fault("\"name\" with an instance for each connection: limit=" + LONGEST_NAME_OF_MANY
                    + " characters, actual=" + name.length());
        }
        return new ServiceManifest(
                name,
                reader.command("command"),
                endpoints(name, reader),
                reader.texts("services"),
                classes(reader),
                mode,
                idle(reader));
    }

    private static List<String> classes(ManifestReader reader) {
        List<String> classes = reader.texts("classes");
        try {
            classes.forEach(ServiceManifest::checkClass);
        } catch (IllegalArgumentException e) {
            throw reader.fault("\"classes\": " + e.getMessage());
        }
        return classes;
    }

    private static List<Endpoint> endpoints(String name, ManifestReader reader) {
        List<String> given = reader.texts("endpoints");
        List<Endpoint> endpoints = (given.isEmpty() ? List.of(Endpoint.ANY + ':' + name) : given)
                .stream().map(text -> endpoint(text, reader)).toList();
        for (Endpoint endpoint : endpoints) {
            if (!endpoint.name().equals(name) || endpoint.scheme().equals("local")) {
                throw reader.fault("\"endpoints\": expected addresses between processes of the name \"" + name
                        + "\", actual=\"" + endpoint + '"');
            }
        }
        return endpoints;
    }

    private static Endpoint endpoint(String text, ManifestReader reader) {
        try {
            return Endpoint.parse(text);
        } catch (IllegalArgumentException e) {
            throw reader.fault("\"endpoints\": " + e.getMessage());
        }
    }

    private static Duration idle(ManifestReader reader) {
        double seconds = reader.number("idleSeconds").orElse((double) DEFAULT_IDLE.toSeconds());
        double longest = Duration.ofDays(365).toSeconds();
        if (!(seconds > 0 && seconds <= longest)) {
            throw reader.fault("\"idleSeconds\": limit=more than 0 to " + (long) longest + ", actual=" + seconds);
        }
        return Duration.ofMillis(Math.max(1, Math.round(seconds * 1000)));
    }

    /** The services that a catalog lists: those that are declared, and one for each class. */
    public List<String> offered() {
        return Stream.concat(services.stream(), classes.stream().map(CLASS_PREFIX::concat))
                .toList();
    }

    /** Whether a server started by this serves an address. */
    public boolean serves(Endpoint wanted) {
        return wanted.name().equals(name) && endpoints.stream().anyMatch(mine -> serves(mine, wanted));
    }

    /** {@code any:} stands for all that serve this user but {@code local:}, {@code system:} for all that serve other users. */
    private static boolean serves(Endpoint mine, Endpoint wanted) {
        boolean alike =
                mine.isSystemWide() == wanted.isSystemWide() && !wanted.scheme().equals("local");
        return mine.equals(wanted) || (alike && (mine.isCollective() || wanted.isCollective()));
    }

    /** This for one instance, which has addresses of its own: their name ends with a dot and 8 hexadecimal digits. */
    ServiceManifest instance(int number) {
        String other = name + '.' + String.format("%08x", number);
        List<Endpoint> own = endpoints.stream()
                .map(endpoint -> new Endpoint(endpoint.scheme(), other))
                .toList();
        return new ServiceManifest(other, command, own, services, classes, mode, idle);
    }
}
