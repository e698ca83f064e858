package io.valise.ipc.internal.jfr;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.PeerIdentity;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/**
 * What all events have. {@code begin}, {@code end}, {@code shouldCommit} and {@code commit} are called in each concrete
 * class: the recorder replaces them there alone, and a call from this class would do nothing.
 */
@Category("Valise")
@StackTrace(false)
abstract class PeerEvent extends Event {
    @Label("Endpoint")
    @Description("The address of the connection")
    @Nullable String endpoint;

    @Label("Peer Process")
    @Description("The process at the other end; -1 where it is not known")
    long peerProcess = -1;

    @Label("Peer Application")
    @Description("What the other end calls itself")
    @Nullable String peerApplication;

    final void about(IpcConnection connection) {
        endpoint = connection.endpoint().toString();
        about(connection.peer());
    }

    final void about(PeerIdentity peer) {
        peerProcess = peer.pid().orElse(-1);
        peerApplication = peer.application().orElse(null);
    }
}
