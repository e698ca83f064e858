package io.valise.ipc.sharedmem;

import io.valise.ipc.IpcException;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.sharedmem.control.AuthenticatedChannel;
import io.valise.ipc.sharedmem.control.PeerAuthenticator;
import io.valise.ipc.sharedmem.os.SegmentDirectory;
import io.valise.ipc.sharedmem.os.SegmentRemoval;
import java.nio.file.Path;
import java.util.function.Consumer;

/** What a server of {@code shm:} stands on: its name, the directory of its segments, and who may map them. Thread-safe. */
interface ShmPlace {
    /** Where its segments are. */
    SegmentDirectory segments();

    /** When the file of a segment can go. */
    SegmentRemoval removal();

    /** Removes the segments that crashed servers left, then serves the name; see {@link PeerAuthenticator#open}. */
    PeerAuthenticator.Door open(Consumer<AuthenticatedChannel> accepted);

    /**
     * Lets a client map a segment that was created for this user alone.
     *
     * @throws IpcException {@code UNSUPPORTED} when the system cannot do that for this client
     */
    void share(Path segment, PeerIdentity client);
}
