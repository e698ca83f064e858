package io.valise.ipc.services.objects;

/** An object of the server that a client holds. */
interface Counter extends RemoteObject {
    int increment();

    /** Calls the listener with each number up to the count, before it returns. */
    void replay(CountListener listener);
}
