package io.valise.ipc.loopback.loop;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.SafeLog;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds which version of Netty is installed, without loading a class of it: a client needs none. Stateless. */
public final class InstalledNetty {
    private static final String NEEDED = "netty-transport and netty-common of one version, 4.1.x or 4.2.x";

    private InstalledNetty() {}

    /** Why a server cannot use the installed Netty; null if it can, as far as that is known without loading it. */
    public static @Nullable String missing() {
        return Stream.of("io.netty.channel.nio.NioTask", "io.netty.util.concurrent.SingleThreadEventExecutor")
                        .allMatch(InstalledNetty::has)
                ? null
                : "Netty is missing: needed " + NEEDED + ", found " + found() + "; add io.netty:netty-transport";
    }

    /** The error for classes of Netty that do not fit each other or this transport. */
    static IpcException unfit(LinkageError why) {
        return new IpcException(
                IpcStatus.UNSUPPORTED,
                "Netty does not fit: needed " + NEEDED + ", found " + found() + " (" + why + ")",
                Delivery.NOT_SENT,
                why);
    }

    /** Looked up as a resource where the loader has it; some loaders find the class only. */
    private static boolean has(String name) {
        ClassLoader loader = InstalledNetty.class.getClassLoader();
        if (loader.getResource(name.replace('.', '/') + ".class") != null) {
            return true;
        }
        try {
            Class.forName(name, false, loader);
            return true;
        } catch (ClassNotFoundException | LinkageError absent) {
            return false;
        }
    }

    /** The jars of Netty and the version that each one states. */
    private static String found() {
        TreeSet<String> versions = new TreeSet<>();
        try {
            for (URL file : Collections.list(
                    InstalledNetty.class.getClassLoader().getResources("META-INF/io.netty.versions.properties"))) {
                versions.addAll(versions(file));
            }
        } catch (IOException e) {
            SafeLog.of(InstalledNetty.class).log(Level.DEBUG, "which Netty this is", e);
        }
        return versions.isEmpty() ? "none that tells its version" : String.join(", ", versions);
    }

    private static List<String> versions(URL file) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = file.openStream()) {
            properties.load(in);
        }
        return properties.stringPropertyNames().stream()
                .filter(key -> key.endsWith(".version"))
                .map(key -> key.substring(0, key.length() - ".version".length()) + ' ' + properties.getProperty(key))
                .collect(Collectors.toList());
    }
}
