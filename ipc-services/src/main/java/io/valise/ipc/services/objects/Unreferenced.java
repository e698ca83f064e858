package io.valise.ipc.services.objects;

/**
 * An exported object that wants to know when a peer no longer holds it, to free what it keeps for that peer.
 *
 * @since 0.1.0
 */
public interface Unreferenced {
    /**
     * The last reference that the peer of one connection had to this object was closed, became garbage, or ended with
     * the connection. Not called for exported roots, which peers do not hold. Called on a thread that is for the objects of
     * that connection, one after the other; it may block. What it throws is logged.
     */
    void unreferenced();
}
