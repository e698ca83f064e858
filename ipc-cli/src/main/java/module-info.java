/** The {@code ipc} command. */
@SuppressWarnings("requires-automatic") // HdrHistogram has no module descriptor
module io.valise.ipc.cli {
    requires io.valise.ipc.services;
    requires io.valise.ipc.pipes;
    requires io.valise.ipc.sharedmem;
    requires io.valise.ipc.loopback;
    requires io.valise.ipc.nats;
    requires info.picocli;
    requires HdrHistogram;
    requires static java.desktop; // for a window, where there is a display
    requires java.logging;
    requires static org.jspecify;

    uses io.valise.ipc.spi.Transport;

    opens io.valise.ipc.cli to
            info.picocli,
            java.logging; // makes LibraryLogs
    opens io.valise.ipc.cli.command to
            info.picocli;
    opens io.valise.ipc.cli.option to
            info.picocli;
}
