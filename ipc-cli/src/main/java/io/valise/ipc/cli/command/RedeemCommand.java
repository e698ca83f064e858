package io.valise.ipc.cli.command;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.cli.option.CommandFailure;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.TokenArgument;
import io.valise.ipc.cli.text.ProgressBar;
import io.valise.ipc.cli.text.Terminal;
import io.valise.ipc.services.files.SharedFile;
import io.valise.ipc.services.files.SharedFiles;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc redeem}: the bytes of a file that a process shares. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "redeem",
        description = "Writes the file of a token that `ipc share` printed, or of a durable one, to standard output."
                + TokenArgument.ADVICE)
final class RedeemCommand implements Callable<Integer> {
    /** Between the sharer's address and the secret. */
    static final char SEPARATOR = '/';

    @Mixin
    private CommonOptions common;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "TOKEN",
            defaultValue = TokenArgument.STANDARD_INPUT,
            description = "What `ipc share` printed;" + TokenArgument.ABSENT)
    private String argument;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Write to this file instead, which is there when all of it is.")
    private @Nullable Path target;

    @Option(
            names = "--progress",
            negatable = true,
            description = "Show how far it has come on standard error (default: when that is a terminal).")
    private @Nullable Boolean progress;

    @Override
    public Integer call() throws IOException {
        String token = TokenArgument.read(argument, System.in);
        int separator = token.indexOf(SEPARATOR);
        if (separator < 0 && !TokenArgument.isDurable(token)) {
            throw common.usageError("TOKEN: expected what `ipc share` printed, such as any:share-1a2b3c4d/…," + " or "
                    + SharedFiles.TOKEN_CHARACTERS + " characters A-Z a-z 0-9 _ - of a durable one");
        }
        if (target != null && Files.exists(target)) {
            throw new CommandFailure("there is a file " + target + " already; the token is still good");
        }
        if (separator < 0) {
            take(SharedFiles.redeem(token));
        } else {
            try (IpcConnection owner = IpcClient.connect(endpoint(token.substring(0, separator)))) {
                take(SharedFiles.redeem(owner, token.substring(separator + 1)));
            }
        }
        return 0;
    }

    private void take(SharedFile shared) {
        try (shared) {
            boolean shows = progress == null ? Terminal.errorsAreShown() : progress;
            ProgressBar bar = new ProgressBar(common.err(), System.nanoTime());
            if (shows) {
                shared.onProgress((bytes, total) -> bar.show(bytes, total, System.nanoTime()));
            }
            write(shared);
            if (shows) {
                bar.end();
            }
        }
    }

    private String endpoint(String text) {
        try {
            return Endpoint.parse(text).toString();
        } catch (IllegalArgumentException e) {
            throw common.usageError("TOKEN: " + e.getMessage());
        }
    }

    private void write(SharedFile file) {
        try {
            if (target != null) {
                file.copyTo(target);
            } else {
                try (OutputStream out = new FileOutputStream(FileDescriptor.out)) {
                    Channels.newInputStream(file).transferTo(out);
                }
            }
        } catch (IOException e) {
            throw new CommandFailure("cannot write the file: " + e
                    + (file.isSpent() ? "; the token is spent" : "; the token is still good"));
        }
    }
}
