package io.valise.ipc.services.objects;

/**
 * Implemented by an exported object that is to be notified when a peer no longer holds it, to free resources of that
 * peer.
 *
 * @since 0.1.0
 */
public interface Unreferenced {
    /**
     * The last reference that the peer of one connection had to this object was closed, became garbage, or ended with
     * the connection; or the peer got none, because it gave up while a factory made the object for it, or asked for an
     * interface that the object does not offer. Not called for exported roots, which peers do not hold. Called for one object of that connection
     * after the other, on a thread of its own; it may block. Exceptions are logged.
     */
    void unreferenced();
}
