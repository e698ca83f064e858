package io.valise.ipc.sharedmem;

import io.valise.ipc.sharedmem.control.PeerAuthenticator;
import io.valise.ipc.sharedmem.os.SegmentRemoval;

/**
 * What differs from system to system, as far as a transport can have it in two ways. The rest is found out where it is
 * used: the doorbell ({@link io.valise.ipc.sharedmem.doorbell.Futexes}), the directory of segments ({@link
 * io.valise.ipc.sharedmem.os.SegmentDirectory}) and the protection of files ({@link
 * io.valise.ipc.spi.runtime.PrivateFile}); room is made sure of by writing zeros everywhere.
 *
 * @param authenticator how each end knows that the peer is of this user
 * @param removal when the file of a segment can go
 */
record PlatformPolicy(PeerAuthenticator authenticator, SegmentRemoval removal) {

    static PlatformPolicy ofThisSystem() {
        return new PlatformPolicy(PeerAuthenticator.ofThisSystem(), SegmentRemoval.ofThisSystem());
    }
}
