package io.valise.ipc.cli.command;

import io.valise.ipc.IpcServer;
import io.valise.ipc.cli.option.CommandFailure;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.services.files.SharedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc share}: a file, for whoever redeems its token first. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "share",
        description = "Shares a file once: prints the token, and ends when somebody of this user has redeemed it.")
final class ShareCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "FILE", description = "The file; not a directory.")
    private Path file;

    @Option(
            names = "--over",
            paramLabel = "TRANSPORT",
            defaultValue = "any",
            description = "shm, pipe, loopback, or any for all that work (default: ${DEFAULT-VALUE}).")
    private String transport;

    @Option(
            names = {"-t", "--timeout"},
            paramLabel = "TIME",
            defaultValue = "336h",
            description = "How long to wait for that (default: 14 days, ${DEFAULT-VALUE}).")
    private Duration timeout;

    @Override
    public Integer call() throws InterruptedException {
        common.requirePositive("--timeout", timeout);
        SharedFiles files = new SharedFiles();
        String token = add(files);
        CountDownLatch taken = new CountDownLatch(1);
        try (IpcServer server = server(files, taken).start()) {
            String name = server.endpoints().get(0).name();
            common.out().println(transport + ':' + name + RedeemCommand.SEPARATOR + token);
            common.out().flush();
            if (!taken.await(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new CommandFailure("nobody redeemed the token: limit=" + timeout + "; it is void now");
            }
        }
        common.err().println("redeemed");
        return 0;
    }

    private String add(SharedFiles files) {
        try {
            return files.add(file);
        } catch (IOException e) {
            throw new CommandFailure("cannot share " + file + ": " + e + "; is the name right?");
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }

    private IpcServer.Builder server(SharedFiles files, CountDownLatch taken) {
        String name = String.format("share-%08x", ThreadLocalRandom.current().nextInt());
        return files.addTo(IpcServer.builder(transport + ':' + name)).onDisconnect((connection, reason) -> {
            if (files.outstanding() == 0) {
                taken.countDown();
            }
        });
    }
}
