package io.valise.ipc.sharedmem;

import io.valise.ipc.sharedmem.control.Vouching;
import io.valise.ipc.sharedmem.os.SegmentRemoval;

/**
 * What differs from system to system, as far as a transport can have it in two ways. The rest is found out where it is
 * used: the doorbell ({@link io.valise.ipc.sharedmem.doorbell.Futexes}), the directory of segments ({@link
 * io.valise.ipc.sharedmem.os.SegmentDirectory}) and the protection of files ({@link
 * io.valise.ipc.spi.runtime.PrivateFile}); room is made sure of by writing zeros everywhere.
 *
 * @param vouching who says that the peer is of this user
 * @param removal when the file of a segment can go
 */
record Surroundings(Vouching vouching, SegmentRemoval removal) {

    static Surroundings ofThisSystem() {
        return new Surroundings(Vouching.ofThisSystem(), SegmentRemoval.ofThisSystem());
    }
}
