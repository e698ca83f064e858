package io.valise.examples.result;

import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.files.SharedFile;
import io.valise.ipc.services.files.SharedFiles;
import io.valise.ipc.services.launch.LaunchedTarget;
import io.valise.ipc.services.launch.ResultLauncher;
import io.valise.ipc.services.launch.TargetSupport;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;

/** A program that has a file shortened by whatever target takes URIs of the scheme {@code shorten}. */
public final class Shorten {
    private Shorten() {}

    /** Gives the file, and writes the one that comes back to the other path. */
    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]);
        Path copy = Path.of(arguments[1]);
        URI uri = URI.create("shorten:?bytes=5");
        SharedFiles files = new SharedFiles();
        ResultLauncher launcher = ResultLauncher.standard()
                .identity(AppIdentity.open("acme", "editor"))
                .sharing(files);
        TargetSupport support = launcher.query(uri);
        if (!support.isAvailable()) {
            System.out.println(support.status() + ": " + support.detail());
            return;
        }
        try (LaunchedTarget target = launcher.start(uri, ValueSet.of("file", files.add(file)))) {
            String token = target.result().join().getString("file");
            try (SharedFile shorter = SharedFiles.redeem(target.connection().join(), token)) {
                shorter.copyTo(copy);
                System.out.println(shorter.size() + " bytes");
            }
        }
    }
}
