package io.valise.ipc.services.objects;

/** An object of the client that the server calls. */
interface CountListener {
    void counted(int value);
}
