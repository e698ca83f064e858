package io.valise.examples.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.files.PublisherFolder;
import java.io.IOException;

/** Two applications of one publisher that share a folder. */
public final class FontCache {
    private FontCache() {}

    /** One writes, the other reads. */
    public static void main(String[] arguments) throws IOException {
        AppIdentity editor = AppIdentity.open("acme", "editor");
        PublisherFolder.declare(editor, "fonts");
        PublisherFolder.open(editor, "fonts").write("sans.ttf", "sans".getBytes(UTF_8));

        AppIdentity viewer = AppIdentity.open("acme", "viewer"); // in another process, for instance
        PublisherFolder fonts = PublisherFolder.open(viewer, "fonts");
        System.out.println(
                fonts.list() + " " + new String(fonts.read("sans.ttf").orElseThrow(), UTF_8));
    }
}
