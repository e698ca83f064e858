/** The {@code ipc} command. */
module io.valise.ipc.cli {
    requires io.valise.ipc.services;
    requires io.valise.ipc.pipes;
    requires io.valise.ipc.sharedmem;
    requires io.valise.ipc.loopback;
    requires info.picocli;
    requires com.fasterxml.jackson.databind;
    requires static org.jspecify;

    opens io.valise.ipc.cli to
            info.picocli;
}
