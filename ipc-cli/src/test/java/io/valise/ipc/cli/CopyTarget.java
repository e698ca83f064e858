package io.valise.ipc.cli;

import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.files.SharedFile;
import io.valise.ipc.services.files.SharedFiles;
import io.valise.ipc.services.launch.ResultTarget;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** A target that returns a copy of the file that it is given. */
final class CopyTarget {
    private CopyTarget() {}

    public static void main(String[] arguments) throws IOException {
        Path copy = Files.createTempFile("copy", "");
        try (ResultTarget target = ResultTarget.open(AppIdentity.open("acme", "copier"));
                SharedFile file =
                        SharedFiles.redeem(target.connection(), target.input().getString("file"))) {
            Files.write(copy, file.readAll());
            target.report(ValueSet.of(
                    "copy", target.share(copy),
                    "uri", target.uri().map(URI::toString).orElse(""),
                    "caller", target.caller().applicationId().orElse("")));
        } finally {
            Files.delete(copy);
        }
    }
}
