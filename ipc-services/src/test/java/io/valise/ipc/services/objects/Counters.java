package io.valise.ipc.services.objects;

/** Makes counters; what the server of the acceptance test exports. */
interface Counters {
    Counter make();
}
