package io.valise.ipc.services.objects;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes counters and tells when one is no longer held. */
final class CountingShop implements Counters {
    final BlockingQueue<Counter> given = new LinkedBlockingQueue<>();
    final BlockingQueue<Counter> returned = new LinkedBlockingQueue<>();

    @Override
    public Counter make() {
        Counted counter = new Counted();
        given.add(counter);
        return counter;
    }

    private final class Counted implements Counter, Resettable, Unreferenced {
        private final AtomicInteger count = new AtomicInteger();

        @Override
        public int increment() {
            return count.incrementAndGet();
        }

        @Override
        public void replay(CountListener listener) {
            for (int i = 1; i <= count.get(); i++) {
                listener.counted(i);
            }
        }

        @Override
        public void reset() {
            count.set(0);
        }

        @Override
        public void unreferenced() {
            returned.add(this);
        }
    }
}
