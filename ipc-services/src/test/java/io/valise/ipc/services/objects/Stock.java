package io.valise.ipc.services.objects;

import java.io.IOException;
import java.util.concurrent.CompletionStage;

/** What a shop has, in another process. */
interface Stock {
    /** Takes some of an item; answers how many are left. */
    int take(String item, int count) throws OutOfStock, IOException;

    CompletionStage<Integer> takeLater(String item, int count) throws OutOfStock;

    /** The process that calls, and what travels beside the call. */
    String caller();

    Reservation reserve(String item);

    /** Until it is closed the item is there. */
    interface Reservation extends AutoCloseable {
        String text();

        @Override
        void close();
    }

    /** Thrown as itself in the process of the caller. */
    final class OutOfStock extends Exception {
        private static final long serialVersionUID = 1L;

        OutOfStock(String message) {
            super(message);
        }
    }
}
