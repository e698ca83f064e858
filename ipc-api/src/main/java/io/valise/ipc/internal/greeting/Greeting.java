package io.valise.ipc.internal.greeting;

import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.MessageLimits;
import io.valise.ipc.spi.Transport;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What an end says of itself in HELLO and WELCOME. Keys it does not know are skipped, and missing ones are unknown, so
 * that old and new ends talk.
 *
 * @param pid the process id
 * @param application the name that it declares
 * @param host its machine, where the link reaches others
 * @param maxMessageBytes the longest message that it takes
 */
public record Greeting(OptionalLong pid, Optional<String> application, Optional<String> host, int maxMessageBytes) {
    private static final String PID = "pid";
    private static final String APPLICATION = "application";
    private static final String HOST = "host";
    private static final String MAX_MESSAGE_BYTES = "maxMessageBytes";

    /** What this process says on a link that reaches so far. */
    public static ValueSet ofThisProcess(int maxMessageBytes, Transport.Reach reach) {
        ValueSet about = ValueSet.of(
                PID, ProcessHandle.current().pid(), APPLICATION, thisApplication(), MAX_MESSAGE_BYTES, maxMessageBytes);
        return reach == Transport.Reach.MACHINE
                ? about
                : about.toBuilder().put(HOST, ThisHost.NAME).build();
    }

    public static Greeting parse(ValueSet about) {
        Object pid = about.find(PID).orElse(null);
        Object application = about.find(APPLICATION).orElse(null);
        Object host = about.find(HOST).orElse(null);
        Object max = about.find(MAX_MESSAGE_BYTES).orElse(null);
        return new Greeting(
                pid instanceof Number number ? OptionalLong.of(number.longValue()) : OptionalLong.empty(),
                application instanceof String name ? Optional.of(name) : Optional.empty(),
                host instanceof String name ? Optional.of(name) : Optional.empty(),
                max instanceof Number bytes ? maxMessageBytes(bytes.longValue()) : MessageLimits.DEFAULT_BYTES);
    }

    /** Of any width: other encoders write the shortest. */
    private static int maxMessageBytes(long said) {
        return said < MessageLimits.LEAST_BYTES
                ? MessageLimits.DEFAULT_BYTES
                : (int) Math.min(said, MessageLimits.MOST_BYTES);
    }

    /** The name of this machine; finding it may take a moment the first time. */
    public static String thisHost() {
        return ThisHost.NAME;
    }

    /** The name that this application goes by: the property {@code valise.application}, else its main class. */
    public static String thisApplication() {
        String name = System.getProperty("valise.application");
        if (name == null) {
            String command = System.getProperty("sun.java.command", "java").trim();
            int end = command.indexOf(' ');
            name = end < 0 ? command : command.substring(0, end);
        }
        return name.length() <= 200 ? name : name.substring(name.length() - 200);
    }
}
