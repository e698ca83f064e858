/**
 * The contract of Valise: ValueSets between processes.
 *
 * <p>System properties: {@code valise.home}, {@code valise.config} and {@code valise.cache} (the runtime directory,
 * the configuration folder and the cache directory; before the environment variables {@code VALISE_HOME}, {@code VALISE_CONFIG}
 * and {@code VALISE_CACHE}), {@code valise.application}
 * (the name that this process declares to its peers; default its main class), {@code valise.development}
 * ({@code true} accepts grants for development; default false), {@code valise.silentConnections} (how many connections
 * of a server may be silent; default 1024), {@code valise.connectionsPerUser} (how many connections of a server each other
 * user may have; default 128), {@code valise.system} (the place of services for other users; before the environment variable
 * {@code VALISE_SYSTEM}). Read once: {@code valise.host} (the name that this machine
 * declares to peers on others; default what the system says), {@code valise.followers} (the most threads for handlers that
 * wait, before Java 24; default 1024), {@code valise.idleMillis} (how long threads that wait for all connections live on
 * after the last; default 3000). For {@code IpcRuntime}: {@code valise.runtime.auto} ({@code false} allows no initialisation
 * that the program has not called for; default true), {@code valise.runtime.range} and {@code valise.runtime.options} (the
 * first server or client loads an installed run-time part), {@code valise.runtime.debugSeconds} (how long a debugger is
 * awaited; default 60), {@code valise.runtime.provided} (says that another runtime is there). {@code valise.locks} is set by the library, and no text: what copies of it share.
 */
@SuppressWarnings("module") // The modules it exports to are compiled after it.
module io.valise.ipc {
    requires jdk.net;
    requires static java.management; // tells where a debugger can attach
    requires static jdk.jfr; // events for recordings
    requires static org.jspecify;

    exports io.valise.ipc;
    exports io.valise.ipc.identity;
    exports io.valise.ipc.runtime;
    exports io.valise.ipc.spi;
    exports io.valise.ipc.spi.mapping to
            io.valise.ipc.services,
            io.valise.ipc.spring;
    exports io.valise.ipc.spi.runtime to
            io.valise.ipc.cli,
            io.valise.ipc.loopback,
            io.valise.ipc.nats,
            io.valise.ipc.pipes,
            io.valise.ipc.services,
            io.valise.ipc.sharedmem,
            io.valise.ipc.testkit;
    exports io.valise.ipc.spi.schema to
            io.valise.ipc.cli,
            io.valise.ipc.micrometer,
            io.valise.ipc.opentelemetry,
            io.valise.ipc.services;
    exports io.valise.ipc.spi.secret to
            io.valise.ipc.loopback,
            io.valise.ipc.sharedmem;
    exports io.valise.ipc.spi.stream;

    uses io.valise.ipc.spi.ServerStarter;
    uses io.valise.ipc.spi.Transport;
}
