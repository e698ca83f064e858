package io.valise.ipc.cli.command;

import io.valise.ipc.cli.demo.Roles;
import io.valise.ipc.cli.option.CommonOptions;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The client process of {@code ipc demo}. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(name = "demo-client", hidden = true, description = "The client process of the demo.")
final class DemoClientCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common;

    @Parameters(paramLabel = "ENDPOINT")
    private String endpoint;

    @Override
    public Integer call() throws IOException {
        Roles.walk(endpoint, System.in, common.out());
        return 0;
    }
}
