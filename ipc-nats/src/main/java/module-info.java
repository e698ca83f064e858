/**
 * The transport {@code nats:} (between machines, over a NATS broker).
 *
 * <p>System properties: {@code valise.nats.url}, {@code valise.nats.credentials}, {@code valise.nats.name} and {@code
 * valise.nats.brokerProvesUsers}, before the environment variables {@code VALISE_NATS_URL}, {@code VALISE_NATS_CREDENTIALS},
 * {@code VALISE_NATS_NAME} and {@code VALISE_NATS_BROKER_PROVES_USERS}; see {@code NatsOptions.ofSettings()}.
 */
@SuppressWarnings("requires-automatic") // jnats has no module descriptor, only a reserved automatic name.
module io.valise.ipc.nats {
    requires transitive io.valise.ipc;
    requires io.nats.jnats;
    requires static org.jspecify;

    exports io.valise.ipc.nats;

    provides io.valise.ipc.spi.Transport with
            io.valise.ipc.nats.NatsTransport;
}
