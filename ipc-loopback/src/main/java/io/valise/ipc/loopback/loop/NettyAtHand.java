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

/** Which Netty there is beside Valise. Asked without loading a class of it: a client has no use for one. Stateless. */
public final class NettyAtHand {
    private static final String NEEDED = "netty-transport and netty-common of one version, 4.1.x or 4.2.x";

    private NettyAtHand() {}

    /** Why a server cannot do with the Netty that is there; null if it can, as far as that is seen from outside. */
    public static @Nullable String missing() {
        return Stream.of("io.netty.channel.nio.NioTask", "io.netty.util.concurrent.SingleThreadEventExecutor")
                        .allMatch(NettyAtHand::has)
                ? null
                : "Netty is missing: needed " + NEEDED + ", found " + found() + "; add io.netty:netty-transport";
    }

    /** What to throw when the classes of the Netty that is there do not fit each other, or this. */
    static IpcException unfit(LinkageError why) {
        return new IpcException(
                IpcStatus.UNSUPPORTED,
                "Netty does not fit: needed " + NEEDED + ", found " + found() + " (" + why + ")",
                Delivery.NOT_SENT,
                why);
    }

    /** As a resource where the loader shows it; a loader may keep the file to itself, though not the class. */
    private static boolean has(String name) {
        ClassLoader loader = NettyAtHand.class.getClassLoader();
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

    /** Parts and their versions, as each of Netty's files tells its own. */
    private static String found() {
        TreeSet<String> versions = new TreeSet<>();
        try {
            for (URL file : Collections.list(
                    NettyAtHand.class.getClassLoader().getResources("META-INF/io.netty.versions.properties"))) {
                versions.addAll(versions(file));
            }
        } catch (IOException e) {
            SafeLog.of(NettyAtHand.class).log(Level.DEBUG, "which Netty this is", e);
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
