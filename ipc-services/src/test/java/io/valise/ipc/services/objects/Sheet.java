package io.valise.ipc.services.objects;

/** An object that is made by the name of its class, or found running. */
interface Sheet extends RemoteObject {
    /** Adds to its sum, and returns it. */
    long add(long number);

    /** The process that it lives in. */
    long process();
}
