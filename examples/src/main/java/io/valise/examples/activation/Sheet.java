package io.valise.examples.activation;

import io.valise.ipc.services.objects.RemoteObject;

/** A table in another process. */
public interface Sheet extends RemoteObject {
    /** Gives a cell a number. */
    void set(String cell, double number);

    /** The sum of all cells. */
    double sum();
}
