package io.valise.examples.objects;

import io.valise.ipc.IpcServer;
import io.valise.ipc.services.hosting.AppService;
import io.valise.ipc.services.hosting.AppServiceHost;
import io.valise.ipc.services.objects.RemoteObjects;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** The process in which the counters are. */
public final class CounterService implements AppService {
    @Override
    public void offer(IpcServer.Builder server) {
        RemoteObjects.export(Counters.class, MemoryCounter::new).addTo(server);
    }

    /** Serves until it was unused for the idle time in its manifest. */
    public static void main(String[] arguments) throws InterruptedException {
        AppServiceHost.run("counters", new CounterService());
    }

    private static final class MemoryCounter implements Counter {
        private final String name;
        private final AtomicInteger value = new AtomicInteger();
        private final List<CountListener> listeners = new CopyOnWriteArrayList<>();

        MemoryCounter(String name) {
            this.name = name;
        }

        @Override
        public Count increment() {
            Count count = new Count(name, value.incrementAndGet());
            listeners.forEach(listener -> listener.counted(count));
            return count;
        }

        @Override
        public CompletionStage<Count> incrementLater() {
            return CompletableFuture.supplyAsync(this::increment);
        }

        @Override
        public void tell(CountListener listener) {
            listeners.add(listener);
        }
    }
}
