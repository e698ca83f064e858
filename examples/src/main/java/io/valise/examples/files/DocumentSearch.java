package io.valise.examples.files;

import io.valise.ipc.IpcException;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.files.FileAccessManifest;
import io.valise.ipc.services.files.FileAccessPolicy;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;

/** An application that opens the user's documents once the user has consented. */
public final class DocumentSearch {
    private DocumentSearch() {}

    /** Tells how long a document is: its folder, and its name. */
    public static void main(String[] arguments) throws IOException {
        Path documents = Path.of(arguments[0]);
        AppIdentity search = AppIdentity.open("acme", "search");
        FileAccessManifest.declare(search, documents); // when it is installed
        FileAccessPolicy files = FileAccessManifest.policy(search);
        try (SeekableByteChannel document = files.open(documents.resolve(arguments[1]))) {
            System.out.println(document.size() + " bytes");
        } catch (IpcException e) {
            System.out.println("the user has not allowed it"); // ACCESS_DENIED, until: ipc access allow acme/search
        }
    }
}
