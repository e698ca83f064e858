package io.valise.ipc.cli.servers;

import java.util.Optional;

/** Which command adds what loopback access rules lack. Stateless. */
public final class LoopbackAdvice {
    private static final String LACKS_CAPABILITY = " lacks the capability privateNetworkClientServer";

    private LoopbackAdvice() {}

    /**
     * A refusal with the command that mends it, if there is one.
     *
     * @param because the reason that the rules gave
     * @param application whose rules they are
     * @param inbound whether a client was refused
     * @param peer the peer's id; empty for one without an identity
     */
    public static String of(String because, String application, boolean inbound, Optional<String> peer) {
        return because
                + command(because, application, inbound, peer)
                        .map(mends -> ": " + mends)
                        .orElse("");
    }

    /** The command that mends a refusal; empty where the rules could not be read, which no rule mends. */
    public static Optional<String> command(String because, String application, boolean inbound, Optional<String> peer) {
        if (!because.startsWith(inbound ? "server lacks " : "client lacks ")) {
            return Optional.empty();
        }
        if (because.endsWith(LACKS_CAPABILITY)) {
            return Optional.of(allow(application, "--private-network"));
        }
        String direction = inbound ? "--in" : "--out";
        return Optional.of(peer.map(id -> allow(application, direction + ' ' + id))
                .orElse("ipc loopback exempt " + application + ' ' + direction));
    }

    /** What a manifest without the capability is told. */
    public static String lacksCapability(String application) {
        return application + LACKS_CAPABILITY + ": " + allow(application, "--private-network");
    }

    private static String allow(String application, String what) {
        return "ipc loopback allow " + application + ' ' + what;
    }
}
