package io.valise.ipc.internal.greeting;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The name of this machine, found when the first link to another one needs it. */
final class ThisHost {
    private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");
    private static final int MOST = 255;

    static final String NAME = find();

    private ThisHost() {}

    private static String find() {
        String name = Optional.ofNullable(System.getProperty("valise.host"))
                .or(() -> Optional.ofNullable(System.getenv("COMPUTERNAME")))
                .or(ThisHost::byKernel)
                .orElseGet(ThisHost::byResolver);
        return name.substring(0, Math.min(MOST, name.length()));
    }

    /** Linux says it at once: the resolver may ask a server first. */
    private static Optional<String> byKernel() {
        try {
            return Optional.of(Files.readString(KERNEL).strip()).filter(name -> !name.isEmpty());
        } catch (IOException otherSystem) {
            return Optional.empty();
        }
    }

    private static String byResolver() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException noAddress) { // its message begins with the name
            String text = String.valueOf(noAddress.getMessage());
            int end = text.indexOf(':');
            return end < 0 ? text : text.substring(0, end);
        }
    }
}
