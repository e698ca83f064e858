package io.valise.ipc.nats;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.nats.broker.BrokerAddress;
import io.valise.ipc.nats.broker.BrokerSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Which NATS broker carries the connections, as whom this process is known there, and how much may be on its way. Immutable.
 *
 * <pre>{@code
 * NatsOptions options = NatsOptions.builder("tls://nats1.example.com", "tls://nats2.example.com")
 *         .user("quotes", password)
 *         .build();
 * IpcServer.builder("nats:quotes").transport(new NatsTransport(options))
 * }</pre>
 *
 * @since 0.1.0
 */
public final class NatsOptions {
    /** System property with the brokers' addresses, separated by commas; before the variable {@code VALISE_NATS_URL}. */
    public static final String URL_PROPERTY = "valise.nats.url";

    private static final String DEFAULT_NAME = "-";
    private static final Duration DEFAULT_SILENCE = Duration.ofSeconds(15);
    private static final int MOST_NAME = 64;

    /** A comma between addresses is followed by a scheme, another comma or the end; one of a password is not. */
    private static final Pattern BETWEEN = Pattern.compile(",(?=\\s*(?:[A-Za-z][A-Za-z0-9+.-]*:/|,|$))");

    private final BrokerSettings settings;

    private NatsOptions(BrokerSettings settings) {
        this.settings = settings;
    }

    /**
     * Begins.
     *
     * @param servers the brokers of one cluster, such as {@code nats://host:4222} or {@code tls://host}; a user and a
     *     password may be in it. Any one that answers will do
     * @throws IllegalArgumentException when there is none, or one is malformed or that of a websocket ({@code ws://}, {@code
     *     wss://}), which is not supported
     */
    public static Builder builder(String... servers) {
        return new Builder(Arrays.asList(servers));
    }

    /**
     * Those of the settings: {@code valise.nats.url}, {@code valise.nats.credentials} (a file), {@code valise.nats.name}
     * and {@code valise.nats.brokerProvesUsers}, or the environment variables {@code VALISE_NATS_URL} and so on.
     *
     * @return empty when no address is set
     * @throws IllegalArgumentException when one is malformed, or as {@link Builder#build}
     */
    public static Optional<NatsOptions> ofSettings() {
        return setting(URL_PROPERTY, "VALISE_NATS_URL").map(urls -> {
            Builder builder = builder(BETWEEN.split(urls));
            setting("valise.nats.credentials", "VALISE_NATS_CREDENTIALS")
                    .map(Path::of)
                    .ifPresent(builder::credentials);
            setting("valise.nats.name", "VALISE_NATS_NAME").ifPresent(builder::name);
            setting("valise.nats.brokerProvesUsers", "VALISE_NATS_BROKER_PROVES_USERS")
                    .map(Boolean::parseBoolean)
                    .ifPresent(builder::brokerProvesUsers);
            return builder.build();
        });
    }

    private static Optional<String> setting(String property, String variable) {
        return Optional.ofNullable(System.getProperty(property))
                .or(() -> Optional.ofNullable(System.getenv(variable)))
                .map(String::trim)
                .filter(text -> !text.isEmpty());
    }

    /** For this transport. */
    BrokerSettings settings() {
        return settings;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NatsOptions that && settings.equals(that.settings);
    }

    @Override
    public int hashCode() {
        return settings.hashCode();
    }

    /** The addresses and the name; never a password. */
    @Override
    public String toString() {
        return "NatsOptions[" + settings.shown() + ", name=" + settings.name() + ']';
    }

    /**
     * Collects options. Of {@link #user}, {@link #token} and {@link #credentials} the last call counts. Not thread-safe.
     *
     * @since 0.1.0
     */
    public static final class Builder {
        private final List<BrokerAddress> servers = new ArrayList<>();
        private @Nullable String user;
        private @Nullable String secret;
        private @Nullable Path credentials;
        private @Nullable String name;
        private @Nullable SSLContext tls;
        private boolean brokerProvesUsers;
        private Duration silence = DEFAULT_SILENCE;

        private Builder(List<String> urls) {
            urls.forEach(url -> servers.add(BrokerAddress.parse(url)));
            if (servers.isEmpty()) {
                throw new IllegalArgumentException("NATS servers: needs at least one address such as nats://host:4222");
            }
        }

        /** Signs in at the broker by name and password; the user is also the {@link #name}, unless that is set. */
        public Builder user(String userName, String password) {
            return signingIn(requireNonNull(userName), requireNonNull(password), null);
        }

        /** Signs in by a token. */
        public Builder token(String token) {
            return signingIn(null, requireNonNull(token), null);
        }

        /** Signs in by a credentials file of NATS (a JWT and its key), as {@code nsc generate creds} makes it. */
        public Builder credentials(Path file) {
            return signingIn(null, null, requireNonNull(file));
        }

        private Builder signingIn(@Nullable String userName, @Nullable String password, @Nullable Path file) {
            user = userName;
            secret = password;
            credentials = file;
            return this;
        }

        /**
         * Sets the name by which this process is known in subjects, and so in the broker's permissions: by default the user
         * who signs in, else {@code -}.
         *
         * @throws IllegalArgumentException when it is empty or longer than 64 characters
         */
        public Builder name(String text) {
            if (text.isEmpty() || text.length() > MOST_NAME) {
                throw new IllegalArgumentException(
                        "name at the broker: limit=1.." + MOST_NAME + " characters, actual=" + text.length());
            }
            name = text;
            return this;
        }

        /**
         * Sets which certificates are trusted, and which one this process shows (mutual TLS). With it the connection is
         * encrypted for {@code nats://} addresses too; without it {@code tls://} means the JVM's default. The broker's
         * certificate must be for the host in the address in both cases.
         */
        public Builder tls(SSLContext context) {
            tls = requireNonNull(context);
            return this;
        }

        /**
         * Says that the broker's permissions keep every user to subjects with the own name, as {@code ipc nats permissions}
         * writes them. Then a peer's user is known ({@link io.valise.ipc.PeerIdentity.Evidence#BROKER}), and {@code
         * AccessPolicy.brokerUsers} can be asked for. A client's user is proved to its server; that of a server only as one that may
         * serve the name. Without such permissions any user could pretend to be any other: leave it off, as it is unless set.
         */
        public Builder brokerProvesUsers(boolean yes) {
            brokerProvesUsers = yes;
            return this;
        }

        /**
         * Sets after how long without a sign of life a peer counts as dead whose end the broker does not tell of, because its
         * machine was switched off or the network is parted; 15 s unless set.
         *
         * @throws IllegalArgumentException when it is shorter than 1 s
         */
        public Builder silence(Duration limit) {
            if (limit.compareTo(Duration.ofSeconds(1)) < 0) {
                throw new IllegalArgumentException("silence: limit=1 s or more, actual=" + limit);
            }
            silence = limit;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException when the name, or the user who is it, is empty or longer than 400 characters, where
         *     each byte of UTF-8 that is no letter or digit of ASCII, - or _ counts as 3
         */
        public NatsOptions build() {
            String known =
                    name != null ? name : user != null ? user : servers.get(0).user();
            BrokerSettings settings = new BrokerSettings(
                    List.copyOf(servers),
                    user,
                    secret,
                    credentials,
                    known == null ? DEFAULT_NAME : known,
                    tls,
                    brokerProvesUsers,
                    TimeUnit.NANOSECONDS.convert(silence));
            settings.userToken(); // checks the name
            return new NatsOptions(settings);
        }
    }
}
