package io.valise.ipc.runtime;

import io.valise.ipc.spi.runtime.SafeLog;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where this JVM listens for a debugger, by its agent {@code jdwp}.
 *
 * @param host where, as the option says it; empty for this machine alone
 * @param port the port; 0 where the agent has chosen one, which it prints
 */
record DebuggerPort(String host, int port) {
    /** An option that has the JVM listen. */
    static final String OPTION = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=localhost:5005";

    private static final Pattern AGENT = Pattern.compile("-(?:agentlib:jdwp=|Xrunjdwp:)(.*)");
    private static final Pattern ADDRESS = Pattern.compile("(?:^|,)address=(?:(.*?):)?([0-9]{1,5})(?:,|$)");

    /** Empty where no debugger can attach: without an agent, or with one that has connected to a debugger itself. */
    static Optional<DebuggerPort> ofThisProcess() {
        if (ModuleLayer.boot().findModule("java.management").isEmpty()) {
            return Optional.empty();
        }
        return among(ManagementFactory.getRuntimeMXBean().getInputArguments());
    }

    static Optional<DebuggerPort> among(List<String> arguments) {
        return arguments.stream()
                .map(AGENT::matcher)
                .filter(Matcher::matches)
                .map(agent -> agent.group(1))
                .filter(options -> options.contains("server=y"))
                .map(DebuggerPort::of)
                .findFirst();
    }

    private static DebuggerPort of(String options) {
        Matcher address = ADDRESS.matcher(options);
        if (!address.find()) {
            return new DebuggerPort("", 0);
        }
        String host = address.group(1) == null ? "" : address.group(1);
        return new DebuggerPort(host, Integer.parseInt(address.group(2)));
    }

    /**
     * Whether no debugger has attached yet: the agent listens, and stops when one has. That is seen by whether the port can
     * be had; where the port is not known, it is not seen, and this is true.
     */
    boolean isAwaited() {
        if (port == 0) {
            return true;
        }
        try (ServerSocket probe = new ServerSocket(port, 1, address())) {
            return probe.getLocalPort() != port;
        } catch (BindException taken) {
            return true;
        } catch (IOException e) {
            SafeLog.of(DebuggerPort.class).log(Level.DEBUG, "not known whether a debugger has attached", e);
            return true;
        }
    }

    private InetAddress address() throws IOException {
        return host.equals("*") ? InetAddress.getByAddress(new byte[4]) : InetAddress.getByName(host);
    }

    @Override
    public String toString() {
        return port == 0
                ? "the port that the JVM printed when it started"
                : (host.isEmpty() ? "localhost" : host) + ':' + port;
    }
}
