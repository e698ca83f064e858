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

/** {@code ipc share}: a file, for the first process that redeems its token whole. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "share",
        description =
                "Shares a file once: prints the token, and ends when a process of this user has all of its bytes.")
final class ShareCommand implements Callable<Integer> {
    /** How long the answer to the reader's confirmation may take. */
    private static final Duration FOR_THE_ANSWER = Duration.ofSeconds(5);

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
        CountDownLatch redeemed = new CountDownLatch(1);
        String token = add(files, redeemed::countDown);
        try (IpcServer server = server(files).start()) {
            String name = server.endpoints().get(0).name();
            common.out().println(transport + ':' + name + RedeemCommand.SEPARATOR + token);
            common.out().flush();
            if (!redeemed.await(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new CommandFailure("the token was not redeemed: limit=" + timeout + "; it is void now");
            }
            server.shutdown(FOR_THE_ANSWER);
        }
        common.err().println("redeemed");
        return 0;
    }

    private String add(SharedFiles files, Runnable redeemed) {
        try {
            return files.add(file, redeemed);
        } catch (IOException e) {
            throw new CommandFailure("cannot share " + file + ": " + e + "; is the name right?");
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }

    private IpcServer.Builder server(SharedFiles files) {
        String name = String.format("share-%08x", ThreadLocalRandom.current().nextInt());
        return files.addTo(IpcServer.builder(transport + ':' + name));
    }
}
