package io.valise.ipc.services.objects;

/** Another interface of counters, which none of their methods name. */
@RemoteInterface
interface Resettable {
    void reset();
}
