package io.valise.ipc.internal.greeting;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** The name of this machine, found when the first link to another one needs it. */
final class ThisHost {
    static final String NAME = find();

    private static final int MOST = 255;

    private ThisHost() {}

    private static String find() {
        String name = Optional.ofNullable(System.getProperty("valise.host"))
                .or(() -> Optional.ofNullable(System.getenv("COMPUTERNAME")))
                .orElseGet(ThisHost::byResolver);
        return name.substring(0, Math.min(MOST, name.length()));
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
