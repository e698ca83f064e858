package io.valise.ipc.cli.option;

import io.valise.ipc.ValueSet;
import io.valise.ipc.services.files.SharedFile;
import io.valise.ipc.services.files.SharedFiles;
import io.valise.ipc.services.launch.LaunchedTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/** The files that go to a target and come back, by tokens in the message and the result. Confined to one thread. */
public final class LaunchFiles {
    @Option(
            names = "--file",
            paramLabel = "MEMBER=FILE",
            description = "Let the target have this file: its token is that member of the message; may be repeated.")
    private Map<String, Path> given = Map.of();

    @Option(
            names = "--save",
            paramLabel = "MEMBER=FILE",
            description = "Write the file whose token is that member of the result to this new file; may be repeated.")
    private Map<String, Path> wanted = Map.of();

    /** Whether there are any. */
    public boolean areAsked() {
        return !given.isEmpty() || !wanted.isEmpty();
    }

    /** The message with tokens of the files that are given; fails when a file to write is there already. */
    public ValueSet addedTo(ValueSet message, SharedFiles shared) {
        for (Path file : wanted.values()) {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new CommandFailure("there is a file " + file + " already; nothing was launched");
            }
        }
        ValueSet.Builder all = message.toBuilder();
        given.forEach((member, file) -> all.put(member, token(file, shared)));
        return all.build();
    }

    private static String token(Path file, SharedFiles shared) {
        try {
            return shared.add(file);
        } catch (IOException e) {
            throw new CommandFailure("cannot share " + file + ": " + e + "; is the name right?");
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }

    /** Redeems the tokens of a result at the target that reported it. */
    public void save(LaunchedTarget target, ValueSet result) {
        wanted.forEach((member, file) -> {
            if (!result.contains(member)) {
                throw new CommandFailure("the result has no member \"" + member + "\" with a token for " + file
                        + "; it has " + result.keys());
            }
            String token = result.getString(member);
            try (SharedFile shared = SharedFiles.redeem(target.connection().join(), token)) {
                shared.copyTo(file);
            } catch (IOException e) {
                throw new CommandFailure("cannot write " + file + ": " + e);
            }
        });
    }
}
