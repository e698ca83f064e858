package io.valise.ipc.cli.command;

import io.valise.ipc.cli.demo.Roles;
import io.valise.ipc.cli.option.CommonOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The server process of {@code ipc demo}. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(name = "demo-server", hidden = true, description = "The server process of the demo.")
final class DemoServerCommand implements Runnable {
    @Mixin
    private CommonOptions common;

    @Parameters(paramLabel = "ENDPOINT")
    private String endpoint;

    @Override
    public void run() {
        Roles.serve(endpoint, System.in, common.out());
    }
}
