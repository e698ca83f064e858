package io.valise.ipc.redeploy;

import io.valise.ipc.testkit.process.ClassPath;
import io.valise.ipc.testkit.process.CommandLoop;
import java.io.IOException;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A container: deploys applications, each in a class loader of its own, and undeploys them. All run on the one thread of
 * the commands, as on a pooled thread of a web server.
 */
final class RedeployPeer {
    private static final String PACKAGE = "io.valise.ipc.redeploy.app.";
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long LOOK_AGAIN_MILLIS = 50;

    private final ReferenceQueue<ClassLoader> freed = new ReferenceQueue<>();
    private final Set<Reference<? extends ClassLoader>> deployed = new HashSet<>();

    private RedeployPeer() {}

    /** Takes {@code deploy WHERE ADDRESS...}, {@code kept}, {@code threads} and {@code descriptors}. */
    public static void main(String[] arguments) {
        RedeployPeer peer = new RedeployPeer();
        CommandLoop.run(peer::run);
    }

    private String run(String command, List<String> words) throws Exception {
        return switch (command) {
            case "deploy" -> deploy(words.get(0).equals("own"), words.subList(1, words.size()));
            case "kept" -> Integer.toString(kept());
            case "threads" -> threads();
            case "descriptors" -> descriptors();
            default -> throw new IllegalArgumentException(command);
        };
    }

    /** @param own whether the application brings its own copy of the library, and of all else */
    private String deploy(boolean own, List<String> addresses) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = own
                ? new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())
                : new ApplicationLoader(classPath())) {
            deployed.add(new WeakReference<>(loader, freed));
            thread.setContextClassLoader(loader);
            return run(loader, addresses);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static String run(ClassLoader loader, List<String> addresses) throws Exception {
        Object application = loader.loadClass(PACKAGE + "Application")
                .getConstructor(List.class)
                .newInstance(addresses);
        return (String) ((Callable<?>) application).call();
    }

    private static URL[] classPath() throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        for (Path entry : ClassPath.ofThisJvm().entries()) {
            urls.add(entry.toUri().toURL());
        }
        return urls.toArray(URL[]::new);
    }

    /** Waits until the loaders of all applications are freed; returns how many are not. */
    private int kept() throws InterruptedException {
        long begun = System.nanoTime();
        while (!deployed.isEmpty() && System.nanoTime() - begun < TIMEOUT_NANOS) {
            System.gc();
            Reference<? extends ClassLoader> one = freed.remove(LOOK_AGAIN_MILLIS);
            if (one != null) {
                deployed.remove(one);
            }
        }
        return deployed.size();
    }

    /** The threads that are left once the library's have ended; without those that the JDK makes for itself. */
    private static String threads() throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("valise-") || thread.getName().startsWith("globalEventExecutor")) {
                thread.join(TimeUnit.NANOSECONDS.toMillis(TIMEOUT_NANOS));
            }
        }
        return counts(Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !isOfTheJdk(thread.getClass()))
                .map(Thread::getName));
    }

    private static boolean isOfTheJdk(Class<?> type) {
        return type != Thread.class && type.getName().matches("(java|jdk)[.].*");
    }

    private static String descriptors() throws IOException {
        try (Stream<Path> each = Files.list(Path.of("/proc/self/fd"))) {
            return counts(each.map(RedeployPeer::descriptorName).filter(name -> !name.startsWith("/proc")));
        }
    }

    private static String counts(Stream<String> names) {
        return names.collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()))
                .toString();
    }

    /** Without the number that a socket or pipe has; /proc for what the JVM and this listing look into for a moment. */
    private static String descriptorName(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().replaceFirst("\\[[0-9]+]$", "");
        } catch (IOException closedMeanwhile) {
            return "/proc";
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
