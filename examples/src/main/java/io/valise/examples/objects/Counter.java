package io.valise.examples.objects;

import io.valise.ipc.services.objects.RemoteObject;
import java.util.concurrent.CompletionStage;

/** A counter in another process. */
public interface Counter extends RemoteObject {
    /** Counts. */
    Count increment();

    /** Counts later. */
    CompletionStage<Count> incrementLater();

    /** Calls the listener back with every count from now on. */
    void tell(CountListener listener);

    /** What crosses by value. */
    record Count(String name, int value) {}

    /** What the client implements and the server calls. */
    interface CountListener {
        /** There is a new count. */
        void counted(Count count);
    }
}
