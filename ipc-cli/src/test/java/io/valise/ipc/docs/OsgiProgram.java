package io.valise.ipc.docs;

import io.valise.ipc.testkit.process.CommandLoop;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.FrameworkWiring;

/** A process with Felix, and with the bundle that runs the commands of a test. */
final class OsgiProgram {
    private final Framework framework;

    private OsgiProgram(Framework framework) {
        this.framework = framework;
    }

    public static void main(String[] arguments) throws BundleException {
        Framework framework = new FrameworkFactory()
                .newFramework(Map.of("org.osgi.framework.storage", arguments[0], "felix.log.level", "2"));
        framework.start();
        CommandLoop.run(new OsgiProgram(framework)::run);
    }

    private String run(String command, List<String> arguments) throws BundleException {
        return switch (command) {
            case "install" -> install(Path.of(arguments.get(0)));
            case "resolve" -> resolve();
            case "start" -> start();
            case "program" -> program(String.join(" ", arguments));
            default -> throw new IllegalArgumentException("command: " + command);
        };
    }

    private String install(Path jar) throws BundleException {
        return framework
                .getBundleContext()
                .installBundle("reference:" + jar.toUri())
                .getSymbolicName();
    }

    /** Which bundles do not resolve. */
    private String resolve() {
        framework.adapt(FrameworkWiring.class).resolveBundles(null);
        return Arrays.stream(framework.getBundleContext().getBundles())
                .filter(bundle -> (bundle.getState() & (Bundle.RESOLVED | Bundle.ACTIVE | Bundle.STARTING)) == 0)
                .map(Bundle::getSymbolicName)
                .collect(Collectors.joining(" "));
    }

    /** Starts all but fragments, which cannot be started. */
    private String start() throws BundleException {
        for (Bundle bundle : framework.getBundleContext().getBundles()) {
            if (bundle.getHeaders().get("Fragment-Host") == null) {
                bundle.start();
            }
        }
        return "";
    }

    @SuppressWarnings("unchecked") // the program's bundle registers the one service of this kind
    private String program(String line) {
        BundleContext context = framework.getBundleContext();
        UnaryOperator<String> program = context.getService(context.getServiceReference(UnaryOperator.class));
        return program.apply(line);
    }
}
