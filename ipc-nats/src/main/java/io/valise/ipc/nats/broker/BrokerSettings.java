package io.valise.ipc.nats.broker;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How a process connects to its broker. Equal ones share one connection.
 *
 * @param servers of one cluster
 * @param user who signs in; null with a token, or where an address says it
 * @param secret the password, or the token
 * @param credentials a credentials file
 * @param name by which this process is known in subjects
 * @param tls what is trusted and shown; null for the JVM's default
 * @param brokerProvesUsers whether the broker keeps users to their own subjects
 * @param silenceNanos after how long without a sign of life a peer is dead
 */
public record BrokerSettings(
        List<BrokerAddress> servers,
        @Nullable String user,
        @Nullable String secret,
        @Nullable Path credentials,
        String name,
        @Nullable SSLContext tls,
        boolean brokerProvesUsers,
        long silenceNanos) {

    /** The brokers' addresses, for messages. */
    public String shown() {
        return servers.stream().map(BrokerAddress::shown).collect(Collectors.joining(", "));
    }

    /**
     * The name as a token of subjects.
     *
     * @throws IllegalArgumentException as {@link Subjects#userToken}
     */
    public String userToken() {
        return Subjects.userToken(name);
    }

    /** Whether the connection must be encrypted. */
    boolean isSecure() {
        return tls != null || servers.stream().anyMatch(server -> server.shown().startsWith("tls:"));
    }

    /** By hand, as {@link #hashCode}: Java 17 would keep the class loader of a record that is compared for ever. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BrokerSettings that
                && urls().equals(that.urls())
                && Objects.equals(user, that.user)
                && Objects.equals(secret, that.secret)
                && Objects.equals(credentials, that.credentials)
                && name.equals(that.name)
                && Objects.equals(tls, that.tls)
                && brokerProvesUsers == that.brokerProvesUsers
                && silenceNanos == that.silenceNanos;
    }

    @Override
    public int hashCode() {
        return Objects.hash(urls(), user, secret, credentials, name, tls, brokerProvesUsers, silenceNanos);
    }

    /** Whether an address has a name to be looked up. */
    boolean hasHostName() {
        return servers.stream().anyMatch(BrokerAddress::hasHostName);
    }

    /** The brokers' addresses, perhaps with passwords. */
    List<String> urls() {
        return servers.stream().map(BrokerAddress::url).toList();
    }

    /** A text without the users, passwords and tokens that the addresses have: the client library repeats them. */
    String withoutSecrets(String text) {
        String shown = text;
        for (BrokerAddress server : servers) {
            shown = server.hiddenIn(shown);
        }
        return shown;
    }

    /** What to check when the broker refuses this process. */
    String whatToCheck() {
        if (credentials != null) {
            return "check the credentials file " + credentials;
        }
        if (user != null) {
            return "check user and password";
        }
        if (secret != null) {
            return "check the token";
        }
        if (servers.stream().anyMatch(server -> server.user() != null)) {
            return "check user and password in the address";
        }
        if (servers.stream().anyMatch(server -> server.userInfo() != null)) {
            return "check the token in the address (a user needs a password beside it)";
        }
        return "none are given: give a user and a password, a token or a credentials file, and check them";
    }

    /** Never the password. */
    @Override
    public String toString() {
        return shown() + " as " + name;
    }
}
