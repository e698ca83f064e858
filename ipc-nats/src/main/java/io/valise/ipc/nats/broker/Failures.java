package io.valise.ipc.nats.broker;

import io.nats.client.AuthenticationException;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.FileFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What it means that no connection to a broker came about, and what can be done. Stateless. */
final class Failures {
    private static final int MOST_CAUSES = 10;

    /** The broker ended a connection by an alert of TLS after the handshake. */
    static final class EndedAfterHandshake extends SSLException {
        private static final long serialVersionUID = 1;

        EndedAfterHandshake(IOException how) {
            super(how);
        }
    }

    private Failures() {}

    /**
     * The status of a failed attempt.
     *
     * @param thrown by the client library, which throws the same for nearly all failures
     * @param heard what it told its listener meanwhile
     */
    static IpcException toConnect(BrokerSettings settings, Exception thrown, List<Exception> heard) {
        List<Throwable> causes = Stream.concat(heard.stream(), Stream.of(thrown))
                .flatMap(Failures::chain)
                .toList();
        String at = "NATS broker at " + settings.shown();
        Optional<IpcException> lacking = lacking(at, causes, thrown);
        if (lacking.isPresent()) {
            return lacking.get();
        }
        if (causes.stream().anyMatch(Failures::isRefusal)) {
            return failure(
                    IpcStatus.AUTHENTICATION_FAILED,
                    at + ": it refuses the credentials of " + settings.name() + ": " + settings.whatToCheck()
                            + " against the broker's configuration",
                    thrown);
        }
        Optional<Throwable> insecure = first(causes, SSLException.class)
                .or(() -> first(causes, GeneralSecurityException.class))
                .or(() -> causes.stream()
                        .filter(cause -> mentionsTls(cause.getMessage()))
                        .findFirst());
        if (insecure.isPresent()) {
            Throwable why = deepest(insecure.get());
            boolean ended = first(causes, EndedAfterHandshake.class).isPresent();
            return failure(
                    IpcStatus.AUTHENTICATION_FAILED, at + ": " + (ended ? afterHandshake(why) : tls(why)), thrown);
        }
        return unreachable(settings, at, causes, thrown);
    }

    /** The broker may be well: this process has no descriptor, thread or memory for one more connection. */
    private static Optional<IpcException> lacking(String at, List<Throwable> causes, Exception thrown) {
        Optional<String> memory = first(causes, OutOfMemoryError.class)
                .map(OutOfMemoryError.class::cast)
                .map(Failures::memory);
        return memory.or(() -> noDescriptor(causes).map(said -> "cannot open a socket (" + said + "): check ulimit -n"))
                .map(why -> failure(IpcStatus.RESOURCE_EXHAUSTED, at + ": " + why, thrown));
    }

    private static String memory(OutOfMemoryError error) {
        return ClientThreads.isRefusal(error)
                ? "cannot start a thread (" + error.getMessage() + "): see ulimit -u, and pids.max of the container"
                : "no memory (" + error.getMessage() + "): give the JVM more by -Xmx, or find what keeps it";
    }

    /** A lookup without a descriptor says that the host is not known: what is lacking just now tells, if anything is. */
    private static Optional<String> noDescriptor(List<Throwable> causes) {
        return causes.stream()
                .filter(FileFailure::isLackOfDescriptors)
                .map(Throwable::getMessage)
                .findFirst()
                .or(() -> first(causes, UnknownHostException.class).flatMap(unknown -> Descriptors.lack(1)));
    }

    private static IpcException unreachable(
            BrokerSettings settings, String at, List<Throwable> causes, Exception thrown) {
        Optional<Throwable> unknown = first(causes, UnknownHostException.class);
        if (unknown.isPresent()) {
            return failure(
                    IpcStatus.ENDPOINT_NOT_FOUND,
                    at + ": the host is not known: " + unknown.get().getMessage() + ": check the address",
                    thrown);
        }
        boolean refused = first(causes, ConnectException.class)
                .or(() -> first(causes, NoRouteToHostException.class))
                .isPresent();
        boolean late = !refused
                && first(causes, SocketTimeoutException.class)
                        .or(() -> first(causes, TimeoutException.class))
                        .isPresent();
        if (late) {
            return BrokerConnection.unanswered(settings, thrown);
        }
        return failure(
                IpcStatus.ENDPOINT_NOT_FOUND,
                at + ": no broker answers (" + causes.get(0).getMessage()
                        + "): start one (nats-server -p 4222), or correct the address",
                thrown);
    }

    private static String tls(Throwable why) {
        String text = String.valueOf(why.getMessage());
        String lower = text.toLowerCase(Locale.ROOT);
        String remedy;
        if (lower.contains("notafter") || lower.contains("expired")) {
            remedy = "the broker's certificate has expired: renew it";
        } else if (lower.contains("no subject alternative") || lower.contains("no name matching")) {
            remedy =
                    "the broker's certificate is for another host: use the name that it is for, or issue one for this name";
        } else if (lower.contains("path")) {
            remedy =
                    "the broker's certificate is not trusted: give its authority's by tls(..) or javax.net.ssl.trustStore";
        } else if (lower.contains("certificate_required") || lower.contains("bad_certificate")) {
            remedy =
                    "the broker wants a certificate of this process that it trusts: give one by tls(..) or javax.net.ssl.keyStore";
        } else {
            remedy = "TLS at one end and not at the other, or no protocol in common: tls:// is for brokers with TLS";
        }
        return remedy + " (" + text + ")";
    }

    private static String afterHandshake(Throwable why) {
        return "it ended the connection after the handshake of TLS: if it wants a certificate of this process, give one that"
                + " it trusts by tls(..) or javax.net.ssl.keyStore; else its log says why (" + why.getMessage() + ")";
    }

    private static boolean isRefusal(Throwable cause) {
        String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        return cause instanceof AuthenticationException || text.startsWith("authorization violation");
    }

    private static boolean mentionsTls(@Nullable String message) {
        return message != null && (message.contains("SSL") || message.contains("TLS"));
    }

    private static Throwable deepest(Throwable why) {
        return chain(why).reduce((outer, inner) -> inner).orElse(why);
    }

    private static Stream<Throwable> chain(Throwable first) {
        return Stream.iterate(first, cause -> cause != null, Throwable::getCause)
                .limit(MOST_CAUSES);
    }

    private static Optional<Throwable> first(List<Throwable> causes, Class<? extends Throwable> type) {
        return causes.stream().filter(type::isInstance).findFirst();
    }

    /** The JVM's own settings of TLS are wrong: its default context says so, and its causes why. */
    static IpcException noTls(BrokerSettings settings, Exception thrown) {
        return failure(
                IpcStatus.UNSUPPORTED,
                "NATS broker at " + settings.shown() + ": this JVM cannot use TLS ("
                        + deepest(thrown).getMessage()
                        + "): check javax.net.ssl.trustStore, keyStore and their passwords",
                thrown);
    }

    private static IpcException failure(IpcStatus status, String why, Throwable cause) {
        return new IpcException(status, why, Delivery.NOT_SENT, cause);
    }
}
