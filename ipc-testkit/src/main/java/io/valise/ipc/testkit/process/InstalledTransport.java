package io.valise.ipc.testkit.process;

import io.valise.ipc.Endpoint;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.SystemInstallation;
import io.valise.ipc.spi.runtime.SystemPlace;
import io.valise.ipc.testkit.TestHome;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A transport as it serves other users ({@link Transport#systemWide()}), for the rules of the kit: each name is installed
 * for root, who runs the tests, when it is served, in a place in the runtime directory of the tests. A test class extends it
 * by a class with a constructor without parameters, and is limited by {@link Groups}. Thread-safe.
 *
 * @since 0.1.0
 */
public abstract class InstalledTransport implements Transport {
    private final Transport transport;

    /**
     * Moves this JVM's system-wide place.
     *
     * @param forOneUser the transport as it serves one user
     */
    protected InstalledTransport(Transport forOneUser) {
        System.setProperty(SystemPlace.PROPERTY, place().toString());
        transport = forOneUser.systemWide();
    }

    /** The system-wide place of the tests. */
    public static Path place() {
        return TestHome.path().resolve("s"); // short: names of 64 characters fit into the path of a socket
    }

    @Override
    public String scheme() {
        return transport.scheme();
    }

    @Override
    public int order() {
        return transport.order();
    }

    @Override
    public Availability availability() {
        return transport.availability();
    }

    @Override
    public Listener listen(Endpoint endpoint, Acceptor acceptor) {
        SystemInstallation.install(endpoint.name(), "0", Optional.empty());
        return transport.listen(endpoint, acceptor);
    }

    @Override
    public Link connect(Endpoint endpoint, long timeoutNanos) {
        return transport.connect(endpoint, timeoutNanos);
    }

    @Override
    public List<Endpoint> endpoints() {
        return transport.endpoints();
    }

    /**
     * All rules, where this process is root's, but those that prepare the runtime directory of one user, or let another user
     * serve.
     *
     * @since 0.1.0
     */
    public static final class Groups implements ExecutionCondition {
        private static final Set<String> OF_ONE_USER = Set.of("Publications", "Shortages", "HostileUsers");

        /** For JUnit. */
        public Groups() {}

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (!OtherUser.isRoot()) {
                return ConditionEvaluationResult.disabled("only root can install a system-wide service");
            }
            return OF_ONE_USER.contains(context.getRequiredTestClass().getSimpleName())
                    ? ConditionEvaluationResult.disabled(
                            "prepares the runtime directory of one user, which is not used")
                    : ConditionEvaluationResult.enabled("concerns services for other users too");
        }
    }
}
