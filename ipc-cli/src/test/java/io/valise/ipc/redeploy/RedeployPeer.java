package io.valise.ipc.redeploy;

import io.valise.ipc.testkit.process.ClassPath;
import io.valise.ipc.testkit.process.CommandLoop;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A container: deploys applications, each in a class loader of its own, and undeploys them. All run on the one thread of
 * the commands, as on a pooled thread of a web server.
 */
final class RedeployPeer {
    private static final String PACKAGE = "io.valise.ipc.redeploy.app.";

    private final List<WeakReference<ClassLoader>> deployed = new ArrayList<>();

    private RedeployPeer() {}

    /** Takes {@code deploy WHERE ADDRESS}, {@code loaders}, {@code threads} and {@code descriptors}. */
    public static void main(String[] arguments) {
        RedeployPeer peer = new RedeployPeer();
        CommandLoop.run(peer::run);
    }

    private String run(String command, List<String> words) throws Exception {
        return switch (command) {
            case "deploy" -> deploy(words.get(0).equals("own"), words.get(1));
            case "loaders" -> Long.toString(loaders());
            case "threads" -> names("task", RedeployPeer::threadName);
            case "descriptors" -> names("fd", RedeployPeer::descriptorName);
            default -> throw new IllegalArgumentException(command);
        };
    }

    /** @param own whether the application brings its own copy of the library, and of all else */
    private String deploy(boolean own, String address) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = own
                ? new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())
                : new ApplicationLoader(classPath())) {
            deployed.add(new WeakReference<>(loader));
            thread.setContextClassLoader(loader);
            return run(loader, address);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static String run(ClassLoader loader, String address) throws Exception {
        Object application = loader.loadClass(PACKAGE + "Application")
                .getConstructor(String.class)
                .newInstance(address);
        return (String) ((Callable<?>) application).call();
    }

    private static URL[] classPath() throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        for (Path entry : ClassPath.ofThisJvm().entries()) {
            urls.add(entry.toUri().toURL());
        }
        return urls.toArray(URL[]::new);
    }

    private long loaders() {
        System.gc();
        return deployed.stream().filter(loader -> loader.get() != null).count();
    }

    /** What there is of each name. */
    private static String names(String what, Name name) throws IOException {
        try (Stream<Path> each = Files.list(Path.of("/proc/self", what))) {
            Map<String, Long> counts = each.map(name::of)
                    .collect(Collectors.groupingBy(text -> text, TreeMap::new, Collectors.counting()));
            return counts.toString();
        }
    }

    /** Takes the name of what a file of /proc is about. */
    @FunctionalInterface
    private interface Name {
        String of(Path file);
    }

    private static String threadName(Path task) {
        try {
            return Files.readString(task.resolve("comm")).strip();
        } catch (IOException e) {
            return "gone";
        }
    }

    private static String descriptorName(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "gone";
        }
    }

    /** Defines the classes of the application itself, and takes all others from the container. */
    private static final class ApplicationLoader extends URLClassLoader {
        ApplicationLoader(URL[] urls) {
            super(urls, RedeployPeer.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                return name.startsWith(PACKAGE) ? mine(name) : super.loadClass(name, resolve);
            }
        }

        private Class<?> mine(String name) throws ClassNotFoundException {
            Class<?> known = findLoadedClass(name);
            return known != null ? known : findClass(name);
        }
    }
}
