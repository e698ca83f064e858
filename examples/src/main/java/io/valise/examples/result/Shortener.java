package io.valise.examples.result;

import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.files.SharedFile;
import io.valise.ipc.services.files.SharedFiles;
import io.valise.ipc.services.launch.ResultTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** A target that takes a file and returns its beginning, for one application. */
public final class Shortener {
    private static final String EDITOR = AppIdentity.open("acme", "editor").id();

    private Shortener() {}

    /** The program that a manifest declares for the scheme {@code shorten}. */
    public static void main(String[] arguments) throws IOException {
        Path shorter = Files.createTempFile("shorter", "");
        try (ResultTarget target = ResultTarget.open(AppIdentity.open("acme", "shortener"))) {
            if (!target.caller().applicationId().equals(Optional.of(EDITOR))) {
                return; // the caller is told that there is no result
            }
            String query = target.uri().orElseThrow().getSchemeSpecificPart(); // "?bytes=5"
            int bytes = Integer.parseInt(query.substring(query.indexOf('=') + 1));
            try (SharedFile file =
                    SharedFiles.redeem(target.connection(), target.input().getString("file"))) {
                Files.write(shorter, Arrays.copyOf(file.readAll(), bytes));
            }
            target.report(ValueSet.of("file", target.share(shorter)));
        } finally { // the launcher has it, or does not want it any more
            Files.delete(shorter);
        }
    }
}
